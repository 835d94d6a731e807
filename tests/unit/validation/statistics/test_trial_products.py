import numpy as np
import pytest

from validation.statistics.trial_products import TrialProducts, draw_weights, pair_mean


@pytest.fixture
def trials():
    rng = np.random.default_rng(3)
    signal = 3.0 + np.sin(np.arange(60) / 5.0)
    return signal + rng.normal(0.0, 1.0, (2, 7, 60))


def test_first_row_of_weights_is_the_data():
    weights = draw_weights(7, 20, np.random.default_rng(0))
    assert weights.shape == (21, 7)
    np.testing.assert_array_equal(weights[0], 1.0)
    np.testing.assert_array_equal(weights.sum(axis=1), 7.0)
    assert len(np.unique(weights, axis=0)) > 10


def test_no_sample_repeats_a_single_trial():
    # One of 4 draws of two trials would.
    weights = draw_weights(2, 200, np.random.default_rng(0))
    np.testing.assert_array_equal(weights, 1.0)
    np.testing.assert_array_equal(draw_weights(1, 3, np.random.default_rng(0)), 1.0)


def test_pair_mean_is_the_average_over_pairs_of_different_trials(trials):
    weights = draw_weights(7, 5, np.random.default_rng(1))
    products = trials @ trials.transpose(0, 2, 1)
    for b, w in enumerate(weights):
        total, n_pairs = np.zeros(2), 0.0
        for i in range(7):
            for j in range(7):
                if i != j:
                    total += w[i] * w[j] * products[:, i, j]
                    n_pairs += w[i] * w[j]
        np.testing.assert_allclose(
            pair_mean(weights, products)[b], total / n_pairs, rtol=1e-12
        )


def test_power_is_mean_square_minus_noise_of_the_mean(trials):
    products = TrialProducts(trials, np.ones((1, 7)))
    psth = trials.mean(axis=1)
    noise = trials.var(axis=1, ddof=1).mean(axis=1) / 7
    np.testing.assert_allclose(
        products.power[0], (psth**2).mean(axis=1) - noise, rtol=1e-10
    )


def test_psth_variance_is_that_of_the_mean(trials):
    products = TrialProducts(trials, np.ones((1, 7)))
    np.testing.assert_allclose(
        products.psth_variance[0], trials.mean(axis=1).var(axis=1), rtol=1e-10
    )


def test_single_trial_is_taken_as_noise_free(trials):
    one = TrialProducts(trials[:, :1], np.ones((3, 1)))
    expected = trials[:, 0].var(axis=1)
    for row in one.signal_variance:
        np.testing.assert_allclose(row, expected, rtol=1e-10)


@pytest.mark.parametrize("n_trials", [5, 20])
def test_chance_error_is_the_scatter_of_a_perfect_models_error(n_trials):
    # 1000 data sets of white noise of variance 4 around a true rate of 3 Hz over
    # 100 bins. Theory: sd of the noise-free mean square = 4 sqrt(2 / (n (n - 1) 100));
    # its estimate from 1000 draws has a relative error of 1 / sqrt(2000) = 2.2 %.
    rng = np.random.default_rng(n_trials)
    trials = rng.normal(0.0, 2.0, (1000, n_trials, 100))
    products = TrialProducts(trials + 3.0, np.ones((1, n_trials)))
    theory = 4.0 * np.sqrt(2.0 / (n_trials * (n_trials - 1) * 100))
    centred = TrialProducts(trials, np.ones((1, n_trials)))
    assert centred.power[0].std() == pytest.approx(theory, rel=0.08)
    typical = np.sqrt((products.chance_error**2).mean())
    assert typical == pytest.approx(theory, rel=0.03)
