import numpy as np
import pytest

from validation.measures.criteria import load_criteria
from validation.measures.frequency_response import (
    FrequencyResponse,
    FrequencyResult,
    compute_bandwidth,
    decide_frequency,
)
from validation.statistics.amplitudes import (
    compare_amplitudes,
    compute_amplitudes,
    resolvable,
)

FREQUENCIES = (1.0, 2.0, 4.0, 6.0, 8.0, 10.0, 15.0, 20.0, 30.0, 40.0)
BIN_MS = 5.0
TIME_S = (np.arange(400) + 0.5) * BIN_MS / 1000.0
MEASURE = FrequencyResponse()
ASKED = MEASURE.asked(load_criteria(), "default")
CRITERIA = ASKED.limits


def decide_bandwidth(points, asked=ASKED):
    return MEASURE.decide(FrequencyResult(points=tuple(points)), asked)


def multisine(gain=1.0, phase_deg=0.0, frequencies=FREQUENCIES):
    gain = np.broadcast_to(gain, len(frequencies))
    phase = np.radians(np.broadcast_to(phase_deg, len(frequencies)))
    angle = 2 * np.pi * np.outer(frequencies, TIME_S) + phase[:, None]
    return 10.0 + (gain[:, None] * np.sin(angle)).sum(axis=0)


def points_of(model, noise_hz=0.5, n_trials=40, seed=0, spiking=None):
    rng = np.random.default_rng(seed)
    spiking = multisine() if spiking is None else spiking
    trials = spiking + rng.normal(0.0, noise_hz, (n_trials, TIME_S.size))
    a = compute_amplitudes(trials, FREQUENCIES, BIN_MS, 0.0)
    b = compute_amplitudes(model[None], FREQUENCIES, BIN_MS, 0.0)
    return [
        compare_amplitudes(
            a[:, k],
            b[:, k],
            stimulus="broadband",
            frequency_hz=f,
            p_response=0.001,
            confidence=0.95,
        )
        for k, f in enumerate(FREQUENCIES)
    ]


def low_pass(tau_ms):
    """Gain and phase of a first-order filter at the frequencies."""
    h = 1.0 / (1.0 + 2j * np.pi * np.array(FREQUENCIES) * tau_ms / 1000.0)
    return np.abs(h), np.degrees(np.angle(h))


def test_amplitudes_of_a_known_signal():
    # No integer number of cycles of 3.3 Hz in 2 s: the joint fit must not leak.
    rates = 4.0 + 2.0 * np.cos(2 * np.pi * 3.3 * TIME_S + 0.7)
    rates += 0.5 * np.sin(2 * np.pi * 11.0 * TIME_S)
    got = compute_amplitudes(rates, (3.3, 11.0), BIN_MS, 0.0)
    np.testing.assert_allclose(got, [2.0 * np.exp(0.7j), -0.5j], atol=1e-10)


def test_time_counts_from_the_start_of_the_trial():
    rates = np.cos(2 * np.pi * 3.0 * (TIME_S + 0.5))
    got = compute_amplitudes(rates, (3.0,), BIN_MS, 500.0)
    np.testing.assert_allclose(got, [1.0], atol=1e-10)


def test_same_signal_has_unit_gain_and_no_phase():
    for point in points_of(multisine()):
        assert point.significant
        assert point.gain == pytest.approx(1.0, abs=0.06)
        assert point.phase_deg == pytest.approx(0.0, abs=4.0)


@pytest.mark.parametrize("tau_ms", [4.0, 10.0, 16.0])
def test_bandwidth_of_a_first_order_filter(tau_ms):
    # Independent prediction: the last frequency before gain or phase of
    # 1 / (1 + i 2 pi f tau) leaves the tolerance of its band.
    gain, phase = low_pass(tau_ms)
    expected = 0.0
    for f, g, p in zip(FREQUENCIES, gain, phase, strict=True):
        low = f <= 10.0
        if g < (0.8 if low else 10 ** (-3 / 20)) or -p > (20.0 if low else 45.0):
            break
        expected = f
    points = points_of(multisine(gain, phase), noise_hz=0.1)
    assert compute_bandwidth(points, CRITERIA) == expected
    for point, g, p in zip(points, gain, phase, strict=True):
        assert point.gain == pytest.approx(g, abs=0.02)
        assert point.phase_deg == pytest.approx(p, abs=1.5)


def test_delay_shows_in_the_phase():
    points = points_of(multisine(phase_deg=-360.0 * np.array(FREQUENCIES) * 0.010))
    # 10 ms: 3.6 degrees per Hz; 20 degrees are reached between 4 and 6 Hz.
    assert points[3].phase_deg == pytest.approx(-21.6, abs=3.0)
    assert compute_bandwidth(points, CRITERIA) == 4.0
    assert decide_bandwidth(points) == "fail"


def test_frequencies_without_response_are_skipped():
    present = np.array([f != 4.0 for f in FREQUENCIES], dtype=float)
    spiking = multisine(gain=present)
    points = points_of(multisine(), spiking=spiking)
    assert [p.significant for p in points] == present.astype(bool).tolist()
    assert decide_frequency(points[2], CRITERIA) == "inconclusive"
    assert compute_bandwidth(points, CRITERIA) == 40.0


def test_noise_alone_is_a_response_as_often_as_the_level_says():
    rng = np.random.default_rng(1)
    n = 4000
    noise = rng.normal(size=(n, 20)) + 1j * rng.normal(size=(n, 20))
    found = [
        compare_amplitudes(
            a,
            np.array([1.0 + 0j]),
            stimulus="x",
            frequency_hz=1.0,
            p_response=0.01,
            confidence=0.95,
        ).significant
        for a in noise
    ]
    # Binomial: 1 % of 4000 = 40 +- 6.3.
    assert np.sum(found) == pytest.approx(40, abs=20)


def test_gain_interval_covers_the_true_gain():
    rng = np.random.default_rng(2)
    covered = 0
    for _ in range(500):
        noise = rng.normal(size=30) + 1j * rng.normal(size=30)
        point = compare_amplitudes(
            2.0 + noise,
            np.array([1.4 + 0j]),
            stimulus="x",
            frequency_hz=1.0,
            p_response=0.001,
            confidence=0.95,
        )
        low, high = point.gain_interval
        covered += low <= 0.7 <= high
    # 475 expected; binomial standard error 4.9. Noise variance is estimated.
    assert 455 <= covered <= 492


def test_too_noisy_to_judge_neither_extends_nor_ends_the_band():
    # Amplitude 1, noise of the mean 0.2 per component: gain known to +-40 %.
    points = points_of(multisine(gain=0.75), noise_hz=9.0, n_trials=10)
    judged = {decide_frequency(p, CRITERIA) for p in points if p.significant}
    assert "inconclusive" in judged


def test_silent_model_follows_nothing():
    points = points_of(np.zeros(TIME_S.size))
    assert compute_bandwidth(points, CRITERIA) == 0.0
    assert decide_bandwidth(points) == "fail"


def test_nothing_to_judge_has_no_bandwidth():
    assert compute_bandwidth([], CRITERIA) is None
    assert decide_bandwidth([]) == "inconclusive"


def test_resolvable_frequencies():
    # 2 s of 10 ms bins: 0.5 Hz is one cycle, 45 Hz is 0.45 of the sampling rate.
    got = resolvable((0.2, 0.5, 8.0, 8.0, 45.0, 60.0), 200, 10.0)
    assert got == (0.5, 8.0, 45.0)


def test_a_model_follows_as_far_as_nine_of_ten_populations_do():
    results = [FrequencyResult(value=hz) for hz in [30.0] * 8 + [8.0, 2.0]]
    assert MEASURE.summarise(results, 0.9) == 8.0
    unknown = FrequencyResult()
    assert MEASURE.summarise([*results, unknown], 0.9) == 8.0
    assert MEASURE.summarise([unknown], 0.9) is None
