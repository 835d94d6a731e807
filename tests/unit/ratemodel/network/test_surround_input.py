"""The surround's rates as input of the rate model."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.building.build import build_column
from bridge.column.responding_surround import reference_rates_hz
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from ratemodel.network.surround import SurroundInput

N = 120


@pytest.fixture(scope="module")
def parameters():
    column = build_column(N, 1)
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def stimulus(parameters, rates_hz, name="s"):
    return Stimulus(
        name,
        1.0,
        np.full((rates_hz.shape[0], parameters.n_lgn), 8.0),
        surround_hz=rates_hz,
    )


def still(parameters, n_samples=300):
    return np.tile(reference_rates_hz(), (n_samples, 1))


@pytest.mark.parametrize("form", ["plain", "extended", "membrane"])
def test_reference_rates_change_nothing_but_the_onset(parameters, form):
    network = RateNetwork(
        parameters,
        RateModel.of_form("low_pass", form, 2.0),
        dtype=torch.float64,
    )
    frozen = Stimulus("s", 1.0, np.full((300, parameters.n_lgn), 8.0))
    rates = [
        network.run([s], drop_ms=200.0).neuron_rates[0]
        for s in (frozen, stimulus(parameters, still(parameters)))
    ]
    assert rates[0].max() > 1.0
    # a responding surround starts one delay late (up to 4 ms), which adaptation (to
    # 333 ms) still remembers a little after 200 ms
    np.testing.assert_allclose(rates[1], rates[0], rtol=2e-3, atol=1e-3)
    if form == "plain":  # no delays: exactly the same
        np.testing.assert_allclose(rates[1], rates[0], rtol=1e-9)


@pytest.mark.parametrize("dt_ms", [0.5, 1.0, 5.0])
def test_the_input_is_the_sum_over_streams_delayed(parameters, dt_ms):
    """Mean and variance of a few cells against a sum over single streams."""
    rng = np.random.default_rng(3)
    rates = rng.uniform(0.0, 20.0, (100, 17))
    network = rate_network(
        parameters,
        variant="low_pass",
        tau_r_ms=2.0,
        dt_ms=dt_ms,
        cascade=True,
        delays=True,
        variance=True,
    )
    hold = 0.5
    surround = SurroundInput(
        parameters,
        network.channels,
        [stimulus(parameters, rates)],
        has_delays=True,
        hold_steps=hold,
        dt_ms=dt_ms,
        dtype=torch.float64,
        device=torch.device("cpu"),
    )
    s, channels = parameters.surround, network.channels
    reference = reference_rates_hz()
    fine = 0.01
    for step in (0, 3, 7, 15):
        added = surround.at(step)[:, 0].numpy()
        expected = np.zeros_like(added)
        for k in range(s.n_streams):
            t, port, p = s.target[k], s.receptor[k], s.source_population[k]
            delay = s.delay_ms[k] - hold * dt_ms
            time = step * dt_ms + fine * (0.5 + np.arange(round(dt_ms / fine))) - delay
            at = np.floor(time).astype(int)
            hz = np.where(at >= 0, rates[np.maximum(at, 0), p], 0.0).mean()
            events = s.rate_hz[k] * (hz / reference[p] - 1.0)
            for quantity, gain in enumerate(
                (
                    s.weight_pa[k] * parameters.current_per_hz[t, port],
                    s.weight_pa[k] ** 2 * parameters.variance_per_hz[t, port],
                )
            ):
                row = channels.row(np.array([t]), np.array([port]), quantity)[0]
                expected[row] += events * gain
        # the sum over time is a midpoint rule with 0.01 ms between steps of 1 ms:
        # delays are multiples of 0.1 ms, so its nodes never sit on an edge
        np.testing.assert_allclose(added, expected, rtol=1e-6, atol=1e-9)


def test_two_stimuli_and_a_sweep_keep_apart(parameters):
    model = RateModel.of_form("low_pass", "extended", 2.0)
    twice = 2.0 * still(parameters)
    both = [stimulus(parameters, still(parameters)), stimulus(parameters, twice, "t")]
    tau = np.array([[1.0], [4.0]])
    together = RateNetwork(parameters, model, tau_r_ms=tau, dtype=torch.float64)
    found = together.run(both, drop_ms=100.0).neuron_rates
    for k, tau_r in enumerate((1.0, 4.0)):
        for i, one in enumerate(both):
            alone = RateNetwork(
                parameters, model.with_tau_r(tau_r), dtype=torch.float64
            ).run([one], drop_ms=100.0)
            np.testing.assert_allclose(
                found[k, i], alone.neuron_rates[0], rtol=1e-9, atol=1e-12
            )
    assert np.abs(found[0, 0] - found[0, 1]).max() > 0.1


def test_what_does_not_fit_is_refused(parameters):
    network = RateNetwork(parameters, RateModel.of_form("low_pass", "plain", 2.0))
    frozen = Stimulus("f", 1.0, np.full((300, parameters.n_lgn), 8.0))
    moving = stimulus(parameters, still(parameters))
    with pytest.raises(InputError, match="stimulus f: states no surround rates"):
        network.run([moving, frozen], drop_ms=100.0)
    bare = replace(parameters, surround=type(parameters.surround).none())
    network = RateNetwork(bare, RateModel.of_form("low_pass", "plain", 2.0))
    with pytest.raises(InputError, match="no surround that could respond"):
        network.run([moving], drop_ms=100.0)
    nobody = replace(
        parameters.surround,
        source_population=np.full(parameters.surround.n_streams, -1),
    )
    network = RateNetwork(
        replace(parameters, surround=nobody),
        RateModel.of_form("low_pass", "plain", 2.0),
    )
    with pytest.raises(InputError, match="stands for no population"):
        network.run([moving], drop_ms=100.0)


@pytest.mark.parametrize(
    ("rates", "message"),
    [
        (np.ones((300, 16)), "surround_hz has shape"),
        (np.full((300, 17), -1.0), "negative or not finite"),
        (np.full((300, 17), np.nan), "negative or not finite"),
    ],
)
def test_surround_rates_of_a_stimulus_are_checked(parameters, rates, message):
    with pytest.raises(InputError, match=message):
        stimulus(parameters, rates)
