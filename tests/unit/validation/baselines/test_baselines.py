"""Baselines find what is there to be found, on stimuli that no fit has seen."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from bridge.column.building.build import build_column
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from validation.baselines.baseline import Bins, Calibration
from validation.baselines.lgn_current import mean_weights, population_weights
from validation.baselines.low_pass import low_pass
from validation.baselines.registry import BASELINES
from validation.baselines.stimulus_only import TAU_MS, features_of
from validation.experiment.protocol import build_protocol

BINS = Bins(bin_ms=10.0, drop_ms=500.0)


@pytest.fixture(scope="module")
def column():
    return build_column(300, 1)


@pytest.fixture(scope="module")
def parameters(column):
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


@pytest.fixture(scope="module")
def protocol(column):
    return build_protocol(column.lgn, duration_ms=1500.0, directions_deg=(0.0, 90.0))


def relaxed(signal, tau_ms):
    """The filter as an ordinary differential equation, solved by scipy."""
    times = np.arange(1.0, len(signal) + 1.0)
    solution = solve_ivp(
        lambda t, y: (signal[min(int(t), len(signal) - 1)] - y) / tau_ms,
        (0.0, float(len(signal))),
        np.zeros(signal.shape[1]),
        t_eval=times,
        max_step=0.5,
        rtol=1e-8,
        atol=1e-8,
    )
    return solution.y.T


def convolved(signal, tau_ms):
    """The filter as a convolution with its impulse response."""
    kernel = np.exp(-np.arange(len(signal)) / tau_ms)
    return (1.0 - np.exp(-1.0 / tau_ms)) * np.convolve(signal, kernel)[: len(signal)]


def calibration_of(parameters, protocol, truth, noise_hz=0.0):
    rng = np.random.default_rng(0)
    rates = [truth(s) for s in protocol.calibration]
    noisy = [r + noise_hz * rng.standard_normal(r.shape) for r in rates]
    return Calibration(protocol.calibration, noisy, BINS, parameters)


def respond(name, calibration, stimuli):
    baseline = BASELINES[name]
    predict = baseline.fit(calibration)
    return baseline.respond(predict, stimuli, BINS, calibration.parameters)


def errors(name, parameters, protocol, truth, noise_hz=0.0):
    """Return the share of variance left on the test stimuli, ``(17,)``."""
    calibration = calibration_of(parameters, protocol, truth, noise_hz)
    rates = respond(name, calibration, protocol.test).rates_hz
    right = np.stack([truth(s) for s in protocol.test])
    return ((rates - right) ** 2).mean(axis=(0, 1)) / right.var(axis=(0, 1))


def test_the_filter_is_the_differential_equation():
    rng = np.random.default_rng(1)
    signal = np.repeat(rng.uniform(0.0, 10.0, (10, 2)), 10, axis=0)
    # held signals that jump: the solver's steps of 0.5 ms end on the jumps
    np.testing.assert_allclose(
        low_pass(signal, 20.0, 1.0), relaxed(signal, 20.0), atol=2e-3
    )


def test_bins_average_what_lies_in_them():
    samples = np.arange(1507.0)
    means = Bins(10.0, 500.0).means(samples, 1.0)
    assert means.shape == (100,)
    assert means[0] == 504.5
    assert means[-1] == 1494.5


def test_counts_become_rates(parameters, protocol):
    counts = np.zeros((2, 4, 3, 100, 17), dtype=np.int32)
    e4 = POPULATIONS.index("e4")
    counts[1, 2, :, 7, e4] = 6
    n_cells = int((parameters.population == e4).sum())
    found = Calibration.of_counts(protocol.calibration, counts, BINS, parameters)
    # half of the trials have 6 spikes in 10 ms
    assert found.psth_hz[2][7, e4] == pytest.approx(3.0 / n_cells / 0.01)
    assert sum(p.sum() for p in found.psth_hz) == found.psth_hz[2][7, e4]


def test_weights_of_the_lgn_are_those_of_its_edges(parameters):
    edges, e4 = parameters.lgn_edges, POPULATIONS.index("e4")
    of_lgn, of_e4, total = {}, {}, 0.0
    for source, target, weight, receptor in zip(
        edges.source, edges.target, edges.weight_pa, edges.receptor, strict=True
    ):
        current = weight * parameters.current_per_hz[target, receptor]
        of_lgn[source] = of_lgn.get(source, 0.0) + current
        total += current
        if parameters.population[target] == e4:
            of_e4[source] = of_e4.get(source, 0.0) + current
    cell = max(of_e4, key=of_e4.get)
    n_cells = int((parameters.population == e4).sum())
    assert mean_weights(parameters)[cell] == pytest.approx(of_lgn[cell] / total)
    assert mean_weights(parameters).sum() == pytest.approx(1.0)
    found = population_weights(parameters).toarray()
    assert found[e4, cell] == pytest.approx(of_e4[cell] / n_cells)


def test_a_constant_is_the_mean_of_the_calibration(parameters, protocol):
    rates = [np.full((100, 17), float(k)) for k in range(4)]
    calibration = Calibration(protocol.calibration, rates, BINS, parameters)
    found = respond("constant", calibration, protocol.test)
    assert found.rates_hz.shape == (len(protocol.test), 100, 17)
    np.testing.assert_allclose(found.rates_hz, 1.5)
    assert found.neuron_rates_hz.shape == (len(protocol.test), 300)
    np.testing.assert_allclose(found.neuron_rates_hz, 1.5)


def test_own_input_finds_gain_offset_and_lag(parameters, protocol):
    weights = population_weights(parameters).toarray()
    slow = np.where(EXCITATORY, 30.0, 8.0)

    def truth(stimulus):
        current = stimulus.lgn_rate_hz @ weights.T
        filtered = np.stack(
            [convolved(current[:, p], slow[p]) for p in range(17)], axis=1
        )
        return BINS.means(2.0 + 0.1 * filtered, 1.0)

    left = errors("own_input_low_pass", parameters, protocol, truth)
    # the grid of time constants has steps of a quarter: a few per mille of variance
    assert left.max() < 0.01
    # with one time constant for all it could not: E and I differ by four
    assert errors("constant", parameters, protocol, truth).min() > 0.9


def test_stimulus_only_finds_what_the_mean_lgn_rate_determines(parameters, protocol):
    weights = mean_weights(parameters)
    scale = np.linspace(0.2, 3.0, 17)

    def truth(stimulus):
        signal = (stimulus.lgn_rate_hz @ weights)[:, None]
        fast, late = (convolved(signal[:, 0], TAU_MS[k]) for k in (1, 3))
        return BINS.means((1.0 + fast + 0.2 * fast * late)[:, None] * scale, 1.0)

    left = errors("stimulus_only", parameters, protocol, truth)
    assert left.max() < 0.01
    # noise as large as that of four trials of a few hundred cells
    assert errors("stimulus_only", parameters, protocol, truth, 2.0)[9:].max() < 0.05


def test_stimulus_only_cannot_know_which_way_a_grating_moves(parameters, protocol):
    weights = mean_weights(parameters)
    rng = np.random.default_rng(0)
    shuffled = rng.permutation(weights)
    gratings = [s for s in protocol.test if s.kind == "grating"]
    first, second = (features_of(s, weights, BINS).mean(axis=0)[0] for s in gratings)
    # the mean over all LGN cells is nearly the same in both directions ...
    assert abs(first - second) < 0.03 * first
    # ... and knows nothing of a signal with another weight for every cell

    def truth(stimulus):
        other = (stimulus.lgn_rate_hz @ (shuffled - weights))[:, None]
        return BINS.means(np.tile(5.0 + 5.0 * other, (1, 17)), 1.0)

    assert errors("stimulus_only", parameters, protocol, truth).min() > 0.3


def test_noise_alone_is_predicted_by_a_constant(parameters, protocol):
    rng = np.random.default_rng(3)
    noise = [rng.poisson(3.0, (100, 17)).astype(float) for _ in protocol.calibration]
    calibration = Calibration(protocol.calibration, noise, BINS, parameters)
    rates = respond("stimulus_only", calibration, protocol.test)
    # 27 free numbers on 400 noisy bins would scatter by a third of the noise, 0.6 Hz,
    # and by far more where a test stimulus leaves the calibration's range
    assert np.abs(rates.rates_hz - 3.0).max() < 0.6


def test_no_rate_is_negative(parameters, protocol):
    def truth(stimulus):
        return np.tile(BINS.means(stimulus.lgn_rate_hz[:, :1] - 8.0, 1.0), (1, 17))

    calibration = calibration_of(parameters, protocol, truth)
    for name in BASELINES:
        assert respond(name, calibration, protocol.test).rates_hz.min() >= 0.0


@pytest.mark.parametrize("bin_ms", [0.4, 1.6, 2.0, 2.5])
def test_a_bin_has_the_mean_over_its_time(bin_ms: float) -> None:
    """Held samples, by hand: the integral between the ends of a bin, over its width."""
    samples = np.random.default_rng(3).random((41, 2))
    drop_ms = 5.0 * bin_ms
    total = np.concatenate([np.zeros((1, 2)), np.cumsum(samples, axis=0)])
    n_bins = int((41.0 - drop_ms) / bin_ms + 1e-9)
    ends = drop_ms + bin_ms * np.arange(n_bins + 1)
    at = np.stack([np.interp(ends, np.arange(42.0), own) for own in total.T], axis=1)
    np.testing.assert_allclose(
        Bins(bin_ms, drop_ms).means(samples, 1.0),
        np.diff(at, axis=0) / bin_ms,
        atol=1e-12,  # rounding of sums of some forty numbers
    )
