"""A surround that responds is the same input in the spiking and the rate model."""

import numpy as np
import torch

from bridge.column.building.build import build_column
from bridge.column.responding_surround import reference_rates_hz
from bridge.rate_model import RateModel
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.surround import SurroundInput
from ratemodel.variants.assembly import channels_for
from spiking.network.network_arrays import network_arrays
from spiking.trials.surround_spikes import SurroundSources
from spiking.trials.trial_drawing import draw_trial

DT_MS, N_TRIALS, BIN_MS = 0.1, 40, 20.0


def test_charge_that_arrives_is_the_mean_current_of_the_rate_model():
    column = build_column(60, 1)
    parameters = reduce_column(
        column, theoretical_data(column, "noise_free")
    ).parameters
    time = np.arange(200)
    shape = 1.0 + 0.9 * np.sin(2 * np.pi * time / 100.0)
    rates_hz = shape[:, None] * reference_rates_hz() * np.linspace(0.5, 2.0, 17)
    no_lgn = np.zeros((200, column.lgn.n_cells))
    stimulus = Stimulus("wave", 1.0, no_lgn, surround_hz=rates_hz)

    # spiking: charge of every arrival, by bin and kind of receptor (E or I)
    arrays = network_arrays(column, DT_MS, responding_surround=True)
    sources = SurroundSources.of(column.surround)
    synapses, n_lgn = arrays.external, column.lgn.n_cells
    of_stream = {int(s): k for k, s in enumerate(synapses.source) if s >= n_lgn}
    assert len(of_stream) == column.surround.n_streams
    streams = column.surround
    tau = column.model_values("tau_syn_ms")[streams.target, streams.receptor]
    charge = streams.weight_pa * np.e * tau
    arrived = np.zeros((2, round(200 / BIN_MS)))
    for trial in range(N_TRIALS):
        drawn = draw_trial(
            stimulus,
            (0, trial),
            1,
            dt_ms=DT_MS,
            population=column.population,
            surround=sources,
        )
        row = np.array([of_stream[int(s)] for s in drawn.source_id])
        np.testing.assert_array_equal(
            synapses.target[row], streams.target[drawn.source_id - n_lgn]
        )
        due_ms = (drawn.source_step + synapses.delay_steps[row]) * DT_MS
        kept = due_ms < 200.0
        stream = drawn.source_id[kept] - n_lgn
        place = (streams.receptor[stream] % 2, (due_ms[kept] // BIN_MS).astype(int))
        np.add.at(arrived, place, charge[stream])
    spiking_pa = arrived / (N_TRIALS * BIN_MS)

    # rate model: what it adds, on top of its constant input from the surround
    model = RateModel.of_form("low_pass", "extended", 2.0, 1.0)
    channels = channels_for(parameters, model)
    added = SurroundInput(
        parameters,
        channels,
        [stimulus],
        has_delays=True,
        hold_steps=0.0,
        dt_ms=1.0,
        dtype=torch.float64,
        device=torch.device("cpu"),
    )
    n = channels.n_slots * channels.n_cells
    rows = channels.row(streams.target, streams.receptor, 0)
    kind = np.zeros(n, dtype=int)
    kind[rows] = streams.receptor % 2
    constant = np.bincount(
        streams.receptor % 2, streams.rate_hz * charge * 1e-3, minlength=2
    )
    rate_pa = np.empty((2, 200))
    for step in range(200):
        change = added.at(step)[:n, 0].numpy()
        rate_pa[:, step] = constant + np.bincount(kind, change, minlength=2)
    binned = rate_pa.reshape(2, -1, round(BIN_MS)).mean(axis=2)

    # shot noise of the arrivals in a bin: Campbell's variance; 5 standard errors
    factor = rates_hz.max(axis=0)[streams.source_population]
    most = streams.rate_hz / reference_rates_hz()[streams.source_population] * factor
    noise = np.sqrt(
        np.bincount(streams.receptor % 2, most * 1e-3 * charge**2, minlength=2)
        / (N_TRIALS * BIN_MS)
    )
    assert (abs(spiking_pa - binned) < 5.0 * noise[:, None]).all()
    # which is far less than the modulation that must be seen
    assert (np.ptp(binned, axis=1) > 20.0 * noise).all()
