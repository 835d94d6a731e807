import numpy as np
import pytest

from validation.statistics.latency import compute_lag, compute_onset
from validation.statistics.trial_products import draw_weights

BIN_MS = 10.0


def broadband(time_ms):
    """Sum of sinusoids up to 11 Hz, so that 10 ms bins resolve it."""
    phases = np.random.default_rng(4).uniform(0, 2 * np.pi, 8)
    frequencies = np.array([0.5, 1.1, 2.3, 3.7, 5.3, 7.1, 9.7, 11.3])
    angle = 2 * np.pi * np.outer(frequencies, time_ms / 1000.0) + phases[:, None]
    return 5.0 + np.sin(angle).sum(axis=0)


def lag_of(shift_ms, noise_hz=0.0, n_trials=8):
    rng = np.random.default_rng(0)
    time = (np.arange(300) + 0.5) * BIN_MS
    trials = broadband(time) + rng.normal(0.0, noise_hz or 1e-9, (2, n_trials, 300))
    model = np.broadcast_to(broadband(time - shift_ms), (2, 300))
    weights = draw_weights(n_trials, 100, rng)
    return compute_lag([trials], [model], weights, BIN_MS)


@pytest.mark.parametrize("shift_ms", [-40.0, -7.0, 0.0, 3.0, 5.0, 12.5, 20.0, 85.0])
def test_lag_of_a_shifted_signal(shift_ms):
    # The parabola through three bins misses the peak of a correlation with power
    # up to 11 Hz by less than a twentieth of a bin.
    np.testing.assert_allclose(lag_of(shift_ms)[0], shift_ms, atol=0.5)


def test_noise_widens_but_does_not_move_the_lag():
    lag = lag_of(20.0, noise_hz=3.0)
    low, high = np.quantile(lag[1:, 0], [0.025, 0.975])
    assert low < 20.0 < high
    assert high - low < 4.0
    low, high = np.quantile(lag_of(20.0, noise_hz=0.5)[1:, 0], [0.025, 0.975])
    assert high - low < 1.0


def test_lag_beyond_reach_or_without_correlation_is_unknown():
    # A 0.8 Hz wave that is 150 ms late: the correlation still rises at 100 ms.
    wave = np.sin(2 * np.pi * 0.8 * (np.arange(400) * BIN_MS - 150.0) / 1000.0)
    late = compute_lag(
        [np.sin(2 * np.pi * 0.8 * np.arange(400) * BIN_MS / 1e3)[None, None]],
        [wave[None]],
        np.ones((1, 1)),
        BIN_MS,
    )
    assert np.isnan(late).all()
    flat = compute_lag(
        [np.ones((1, 4, 100))], [np.ones((1, 100))], np.ones((1, 4)), BIN_MS
    )
    assert np.isnan(flat).all()


def test_lag_of_two_stimuli_is_their_common_one():
    time = (np.arange(200) + 0.5) * BIN_MS
    spiking = [broadband(time + start)[None, None].repeat(4, 1) for start in (0.0, 9e3)]
    model = [broadband(time + start - 15.0)[None] for start in (0.0, 9e3)]
    lag = compute_lag(spiking, model, np.ones((1, 4)), BIN_MS)
    assert lag[0, 0] == pytest.approx(15.0, abs=0.5)


def ramp(onset_ms, rise_ms=100.0, start_ms=500.0, n_bins=100):
    """Baseline 2 Hz, then a linear rise by 10 Hz within ``rise_ms``, then flat."""
    time = start_ms + (np.arange(n_bins) + 0.5) * BIN_MS
    return 2.0 + 10.0 * np.clip((time - onset_ms) / rise_ms, 0.0, 1.0)


@pytest.mark.parametrize("onset_ms", [800.0, 805.0])
def test_half_peak_of_a_ramp(onset_ms):
    # A ramp from 0 to 10 over 100 ms crosses half of it at 50 ms; linear
    # interpolation is exact. The bin that straddles an onset off the grid belongs
    # to neither baseline nor window and does not matter here.
    latency, peak = compute_onset(ramp(onset_ms), onset_ms, BIN_MS, 500.0)
    assert latency == pytest.approx(50.0, abs=1e-6)
    assert peak == pytest.approx(10.0)


def test_shifted_response_shifts_the_latency():
    rates = np.stack([ramp(800.0), ramp(820.0), ramp(803.0)])
    latency, _ = compute_onset(rates, 800.0, BIN_MS, 500.0)
    np.testing.assert_allclose(latency, [50.0, 70.0, 53.0], atol=1e-6)


def test_response_within_the_first_bin_counts_from_before_the_onset():
    rates = np.full(100, 2.0)
    rates[30:33] = 12.0  # jumps in the bin at 800 ms
    latency, peak = compute_onset(rates, 800.0, BIN_MS, 500.0)
    assert latency == pytest.approx(0.0, abs=1e-9)
    assert peak == pytest.approx(10.0)


def test_no_rise_has_no_latency():
    rates = np.stack([np.full(100, 2.0), ramp(800.0)[::-1]])
    latency, peak = compute_onset(rates[:1], 800.0, BIN_MS, 500.0)
    assert np.isnan(latency).all()
    assert np.isnan(peak).all()


@pytest.mark.parametrize("onset_ms", [520.0, 1480.0])
def test_onset_at_the_edge_has_no_latency(onset_ms):
    latency, _ = compute_onset(ramp(onset_ms), onset_ms, BIN_MS, 500.0)
    assert np.isnan(latency)
