"""Transfer functions from theory against quadrature, simulation and closed forms."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import erfc

from bridge.reduction.transfer.theory import (
    COLOURED_NOISE_ALPHA,
    noise_free_rate_hz,
    self_consistent_rate_hz,
    siegert_rate_hz,
)

CELL = {"v_th_mv": 15.0, "v_reset_mv": 0.0, "tau_m_ms": 20.0, "t_ref_ms": 2.0}


def test_siegert_equals_adaptive_quadrature():
    for mean, sigma in [(5.0, 3.0), (12.0, 3.0), (18.0, 0.8), (30.0, 3.0)]:
        low, high = ((v - mean) / sigma / np.sqrt(2) for v in (0.0, 15.0))
        area, _ = quad(lambda u: np.exp(u * u) * erfc(-u), low, high, limit=400)
        expected = 1000.0 / (2.0 + 20.0 * np.sqrt(np.pi) * area)
        found = siegert_rate_hz(np.array(mean), np.array(sigma), **CELL)
        # both quadratures are converged far beyond this
        assert found == pytest.approx(expected, rel=1e-7)


def test_siegert_agrees_with_a_simulated_cell_in_white_noise():
    rng = np.random.default_rng(1)
    n, dt, duration = 400, 0.02, 3000.0
    mean, sigma = 13.0, 3.0
    v, frozen, spikes = np.zeros(n), np.zeros(n), 0
    for _ in range(round(duration / dt)):
        step = (mean - v) * dt / 20.0 + sigma * np.sqrt(2 * dt / 20.0) * (
            rng.standard_normal(n)
        )
        v = np.where(frozen > 0, 0.0, v + step)
        fired = v > 15.0
        spikes += int(fired.sum())
        v[fired] = 0.0
        frozen = np.where(fired, 2.0, frozen - dt)
    observed = spikes / n / duration * 1000.0
    expected = siegert_rate_hz(np.array(mean), np.array(sigma), **CELL)
    # Euler at 0.02 ms misses crossings within a step: about -3 % here
    assert observed == pytest.approx(float(expected), rel=0.06)


def test_without_noise_siegert_becomes_the_noise_free_curve():
    mean = np.array([16.0, 20.0, 40.0, 100.0])
    quiet = siegert_rate_hz(mean, np.full(4, 0.02), **CELL)
    np.testing.assert_allclose(quiet, noise_free_rate_hz(mean, **CELL), rtol=1e-3)


def test_noise_free_curve_by_hand():
    # 20 ms ln(30 / 15) + 2 ms = 15.86 ms
    rate = noise_free_rate_hz(np.array([10.0, 30.0]), **CELL)
    assert rate[0] == 0.0
    assert rate[1] == pytest.approx(1000.0 / (20.0 * np.log(2.0) + 2.0))


def test_synaptic_filtering_lowers_the_rate_below_threshold():
    arguments = (np.array(12.0), np.array(3.0))
    white = siegert_rate_hz(*arguments, **CELL)
    filtered = siegert_rate_hz(*arguments, tau_syn_ms=2.0, **CELL)
    assert filtered < white
    assert pytest.approx(2.0653, abs=1e-4) == COLOURED_NOISE_ALPHA  # Fourcaud & Brunel


def test_feedback_is_solved_for():
    mean = np.array([10.0, 40.0])
    found = self_consistent_rate_hz(
        lambda current: np.maximum(current, 0.0),
        mean,
        np.array([-1.0, -3.0]),
        max_rate_hz=np.array([200.0, 200.0]),
    )
    np.testing.assert_allclose(found, [5.0, 10.0], atol=1e-6)  # r = m / (1 - f)


def test_positive_feedback_gives_the_lowest_solution():
    # r = relu(m + 2 r - 5)^0.5 has 0 and, for m = 1, others further up
    found = self_consistent_rate_hz(
        lambda current: np.sqrt(np.maximum(current - 5.0, 0.0)),
        np.array([1.0]),
        np.array([5.0]),
        max_rate_hz=np.array([100.0]),
    )
    assert found[0] == 0.0
