"""Spikes of a surround that responds: one Poisson process per stream."""

import numpy as np
import pytest
from small_column import N_LGN, make_column, make_stimulus

from bridge.column.poisson_input import PoissonInput
from bridge.column.responding_surround import events_per_spike, reference_rates_hz
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel
from spiking.trials.surround_spikes import SurroundSources
from spiking.trials.trial_drawing import draw_trial

E4, PV4 = 5, 7


def with_rates(rates_hz, lgn_hz=40.0):
    lgn = np.full((rates_hz.shape[0], N_LGN), lgn_hz)
    return Stimulus("s", 1.0, lgn, surround_hz=rates_hz)


def test_each_stream_is_a_poisson_process_at_its_populations_rate(column):
    rng = np.random.default_rng(4)
    rates_hz = np.zeros((4, 17))
    rates_hz[:, E4], rates_hz[:, PV4] = (0.0, 2.0, 8.0, 4.0), (20.0, 5.0, 0.0, 10.0)
    sources, n_repeats = SurroundSources.of(column.surround), 300
    counts = np.zeros((n_repeats, 4, column.surround.n_streams))
    for k in range(n_repeats):
        step, stream = sources.draw(rates_hz, 1000, 0.1, rng)
        np.add.at(counts[k], (step // 1000, stream), 1)
    streams, reference = column.surround, reference_rates_hz()
    population = streams.source_population
    scale = streams.rate_hz / reference[population]
    expected = rates_hz[:, population] * scale * 0.1
    # Poisson: mean and variance are both the expectation; 5 standard errors, 320
    # numbers at once
    error = 5 * np.sqrt(expected / n_repeats) + 1e-12
    assert (abs(counts.mean(axis=0) - expected) <= error).all()
    busy = expected > 0
    fano = counts[:, busy].var(axis=0) / expected[busy]
    assert (abs(fano - 1.0) < 5 * np.sqrt(3.0 / n_repeats)).all()
    # and the streams are independent: pairs are uncorrelated
    of_sample = counts[:, 3, :20]
    correlation = np.corrcoef(of_sample.T)[np.triu_indices(20, 1)]
    assert abs(correlation.mean()) < 5 / np.sqrt(n_repeats * correlation.size)


def test_a_trial_has_the_same_lgn_spikes_and_more_sources(column):
    still = with_rates(np.tile(reference_rates_hz(), (200, 1)))
    sources = SurroundSources.of(column.surround)
    options = {"dt_ms": 0.1, "population": column.population}
    frozen = draw_trial(make_stimulus(), (0, 3), 1, **options)
    trial = draw_trial(still, (0, 3), 1, **options, surround=sources)
    is_lgn = trial.source_id < N_LGN
    np.testing.assert_array_equal(trial.source_id[is_lgn], frozen.source_id)
    np.testing.assert_array_equal(trial.source_step[is_lgn], frozen.source_step)
    assert trial.source_id.max() < N_LGN + column.surround.n_streams
    expected = column.surround.rate_hz.sum() * 0.2
    assert abs((~is_lgn).sum() - expected) < 5 * np.sqrt(expected)


def mean_rate(result):
    """Return the rate of the excitatory cells and its standard error, Hz."""
    rates = result.neuron_counts[0, :, :30].mean(axis=1) / 0.2
    return rates.mean(), rates.std() / np.sqrt(rates.size)


def test_stationary_rates_give_the_frozen_surround():
    """Superposed by one clock, or stream by stream: the same Poisson input."""
    column = make_column()
    model = SpikingModel(column, dt_ms=0.5, device="numpy")
    reference = np.tile(reference_rates_hz(), (200, 1))
    options = {"n_trials": 12, "drop_ms": 0.0, "bin_ms": 10.0}
    frozen, error_f = mean_rate(model.run([make_stimulus()], seed=1, **options))
    still, error_s = mean_rate(model.run([with_rates(reference)], seed=2, **options))
    assert frozen > 2.0
    # the trials of both are independent; 4 standard errors of the difference
    assert abs(still - frozen) < 4.0 * np.hypot(error_f, error_s)
    # 4 standard errors are less than what 60 % more excitation makes
    raised = reference.copy()
    raised[:, E4] *= 1.6
    more, error_m = mean_rate(model.run([with_rates(raised)], seed=2, **options))
    assert more - frozen > 4.0 * np.hypot(error_f, error_m)


def test_what_cannot_respond_is_refused(column):
    bare = PoissonInput.none()
    with pytest.raises(InputError, match="no surround that could respond"):
        events_per_spike(bare)
    with pytest.raises(InputError, match="stream 0 stands for no population"):
        events_per_spike(column.background)
    model = SpikingModel(column, dt_ms=0.5, device="numpy")
    still = with_rates(np.tile(reference_rates_hz(), (200, 1)))
    with pytest.raises(InputError, match="one alone states surround rates"):
        model.run([still, make_stimulus()], n_trials=1, seed=1, drop_ms=0.0)
