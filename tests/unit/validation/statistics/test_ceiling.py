import numpy as np
import pytest

from validation.statistics.ceiling import compute_ceiling, compute_half_correlation
from validation.statistics.trial_products import TrialProducts


def covariances(n_trials, noise_sd, n_groups=40, n_time=1000, seed=0):
    rng = np.random.default_rng(seed)
    signal = np.sqrt(2.0) * np.sin(np.arange(n_time) * 2 * np.pi / 50)  # variance 1
    trials = signal + rng.normal(0.0, noise_sd, (n_groups, n_trials, n_time))
    return TrialProducts(trials, np.ones((1, n_trials))).covariances


@pytest.mark.parametrize(
    ("n_trials", "noise_sd"), [(4, 1.0), (5, 2.0), (10, 3.0), (41, 6.0)]
)
def test_ceiling_meets_its_analytic_value(n_trials, noise_sd):
    # Signal variance 1, noise variance s2 / n: the true rate correlates with the
    # PSTH by 1 / sqrt(1 + s2 / n). 40 repeats of 1000 bins: standard error < 0.01.
    half = compute_half_correlation(
        covariances(n_trials, noise_sd), np.random.default_rng(1)
    )
    expected = 1.0 / np.sqrt(1.0 + noise_sd**2 / n_trials)
    assert compute_ceiling(half, n_trials).mean() == pytest.approx(expected, abs=0.015)


def test_half_correlation_is_that_of_two_halves():
    # With two trials there is one way to halve them.
    rng = np.random.default_rng(2)
    trials = rng.normal(0.0, 1.0, (3, 2, 50)) + np.arange(50) / 20
    got = compute_half_correlation(
        TrialProducts(trials, np.ones((1, 2))).covariances, rng, n_splits=4
    )
    expected = [np.corrcoef(t)[0, 1] for t in trials]
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_noise_alone_has_no_ceiling():
    half = compute_half_correlation(
        covariances(20, 1e3), np.random.default_rng(1), n_splits=20
    )
    # Correlation of two noise traces of 1000 bins: 0 +- 0.03, mean of 40.
    assert abs(half.mean()) < 0.03
    assert compute_ceiling(np.array([-0.2, 0.0, 1.0]), 8).tolist() == [0.0, 0.0, 1.0]


def test_constant_population_has_no_ceiling():
    half = compute_half_correlation(np.zeros((1, 6, 6)), np.random.default_rng(0))
    assert half.tolist() == [0.0]
