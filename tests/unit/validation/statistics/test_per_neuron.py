import numpy as np
import pytest
from scipy import stats

from validation.statistics.cell_rates import (
    compute_correlation,
    compute_median_error,
    compute_reliability,
    compute_similarity,
    correct_median_error,
)
from validation.statistics.count_noise import draw_counts


def test_similarity_is_scipys_ks():
    rng = np.random.default_rng(0)
    for n, m in ((15, 40), (200, 200), (7, 1)):
        a, b = rng.lognormal(0, 1, n), rng.lognormal(0.4, 1, m)
        expected = 1.0 - stats.ks_2samp(a, b).statistic
        assert compute_similarity(a, b) == pytest.approx(expected, abs=1e-12)
        log = [np.log10(x + 1e-3) for x in (a, b)]
        assert compute_similarity(*log) == pytest.approx(expected, abs=1e-12)


def test_similarity_with_ties():
    a, b = np.array([0.0, 0.0, 1.0, 2.0]), np.array([0.0, 1.0, 1.0, 3.0])
    expected = 1.0 - stats.ks_2samp(a, b).statistic
    assert compute_similarity(a, b) == pytest.approx(expected, abs=1e-12)


def test_perfect_model_is_perfect_after_correction():
    # 2000 cells seen for 100 s by each of two seeds; the model knows the rates.
    rng = np.random.default_rng(1)
    true = rng.lognormal(0.0, 0.6, 2000)
    a, b = draw_counts(true, 100.0, 2, rng)
    mean = (a + b) / 2
    raw = compute_correlation(true, mean)
    reliability = compute_reliability(compute_correlation(a, b), 2)
    assert raw < 0.999
    # Standard error of a correlation near 1 over 2000 cells is below 0.001.
    assert raw / np.sqrt(reliability) == pytest.approx(1.0, abs=0.003)
    error = compute_median_error(true, mean, 0.5)
    noise = compute_median_error(a, b, 0.5)
    assert error > 0.03
    # Squares of medians subtract to about 0 within 10 % of either; the root of the
    # rest is below a third of the raw error.
    assert correct_median_error(error, noise, 2) < 0.35 * error


def test_model_error_survives_the_correction():
    rng = np.random.default_rng(2)
    true = rng.lognormal(0.5, 0.6, 4000)
    model = true * np.exp(rng.normal(0.0, 0.3, true.size))
    exact = compute_median_error(model, true, 0.5)
    a, b = draw_counts(true, 100.0, 2, rng)
    raw = compute_median_error(model, (a + b) / 2, 0.5)
    corrected = correct_median_error(raw, compute_median_error(a, b, 0.5), 2)
    assert corrected == pytest.approx(exact, rel=0.06)


def test_reliability_is_spearman_brown():
    assert compute_reliability(0.5, 2) == pytest.approx(2 / 3)
    assert compute_reliability(0.5, 1) == 0.5
    assert compute_reliability(-0.3, 2) == 0.0
    assert compute_reliability(1.0, 3) == 1.0


def test_count_noise_makes_rates_comparable_with_counts():
    # Half of the cells fire 0.001 Hz and are seen for 100 s: nearly all are silent.
    rng = np.random.default_rng(3)
    true = np.concatenate([np.full(500, 1e-3), rng.lognormal(0, 1, 500)])
    counted = draw_counts(true, 100.0, 1, rng)[0]
    assert compute_similarity(true, counted) < 0.6
    seen = draw_counts(true, 100.0, 10, rng).ravel()
    # KS of 1000 against 10 000 equal draws stays below 0.045 in 95 % of cases.
    assert compute_similarity(seen, counted) > 0.94


def test_counts_have_the_right_mean_and_no_negative_rate():
    rng = np.random.default_rng(4)
    drawn = draw_counts(np.array([-1.0, 0.0, 2.0]), 50.0, 2000, rng)
    assert drawn[:, :2].max() == 0.0
    # Standard error sqrt(2 / 50 / 2000) = 0.0045.
    assert drawn[:, 2].mean() == pytest.approx(2.0, abs=0.02)


def test_slow_cells_are_left_out_of_the_error():
    spiking, model = np.array([0.1, 1.0, 2.0]), np.array([9.0, 1.5, 2.0])
    assert compute_median_error(model, spiking, 0.5) == pytest.approx(0.25)
    assert np.isnan(compute_median_error(model, spiking, 5.0))


def test_constant_rates_do_not_correlate():
    assert np.isnan(compute_correlation(np.ones(5), np.arange(5.0)))
