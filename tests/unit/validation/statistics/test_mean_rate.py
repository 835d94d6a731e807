import numpy as np
import pytest

from validation.statistics.equivalence import (
    adjust_holm,
    compute_equivalence_p,
    compute_rate_error,
)

N_SETS = 4000


def draw(true_hz=4.0, sd_hz=1.0, n_trials=20, seed=0):
    rng = np.random.default_rng(seed)
    return rng.normal(true_hz, sd_hz, (N_SETS, n_trials))


@pytest.mark.parametrize("side", [1.15, 0.85])
def test_inequivalent_rates_pass_in_one_of_twenty(side):
    # The model is exactly at the margin: the test must pass 5 % of the data sets
    # (binomial standard error of 4000 draws 0.35 %, three of them allowed).
    spiking = draw()
    model = np.full((N_SETS, 1), 4.0 * side)
    passed = (compute_equivalence_p(model, spiking, 0.15) <= 0.05).mean()
    assert passed == pytest.approx(0.05, abs=0.0105)


def test_error_rate_holds_when_the_model_is_noisy_too():
    spiking = draw(seed=1)
    model = draw(true_hz=4.6, seed=2)
    passed = (compute_equivalence_p(model, spiking, 0.15) <= 0.05).mean()
    # Equal sizes and variances; 19 degrees of freedom instead of the true ~37 make
    # the test a little conservative, never liberal.
    assert 0.03 < passed < 0.06


def test_equal_rates_pass_when_the_noise_allows():
    # Standard error 1 / sqrt(20) / 4 = 5.6 % of the rate: both sides of the margin
    # are 2.7 errors away, t(19) needs 1.73: power about 0.66.
    model = np.full((N_SETS, 1), 4.0)
    few = (compute_equivalence_p(model, draw(seed=3), 0.15) <= 0.05).mean()
    many = (
        compute_equivalence_p(model, draw(n_trials=80, seed=4), 0.15) <= 0.05
    ).mean()
    assert 0.55 < few < 0.75
    assert many > 0.99


def test_noise_never_makes_equal():
    model = np.full((N_SETS, 1), 4.0)
    spiking = draw(sd_hz=20.0, seed=5)
    assert (compute_equivalence_p(model, spiking, 0.15) <= 0.05).mean() < 0.01


def test_silent_and_broken_models_are_never_equivalent():
    spiking = np.stack([np.full(5, 2.0), np.full(5, 2.0), np.zeros(5)])
    model = np.array([[0.0], [np.nan], [0.0]])
    np.testing.assert_array_equal(compute_equivalence_p(model, spiking, 0.15), 1.0)


def test_exact_rates_without_noise_are_equivalent():
    spiking = np.full((2, 5), 2.0)
    model = np.array([[2.0], [2.4]])
    p = compute_equivalence_p(model, spiking, 0.15)
    np.testing.assert_array_equal(p, [0.0, 1.0])


def test_holm_by_hand():
    # Sorted .01 .02 .03 .2 times 4 3 2 1 = .04 .06 .06 .2, running maximum.
    got = adjust_holm(np.array([0.2, 0.01, 0.03, 0.02]))
    np.testing.assert_allclose(got, [0.2, 0.04, 0.06, 0.06])


def test_holm_of_large_p_stays_a_probability():
    np.testing.assert_array_equal(adjust_holm(np.array([0.9, 0.8])), [1.0, 1.0])
    assert adjust_holm(np.array([])).size == 0


def test_rate_error_of_silence_is_unknown():
    error = compute_rate_error(np.array([1.0, 3.0]), np.array([0.0, 2.0]))
    assert np.isnan(error[0])
    assert error[1] == pytest.approx(0.5)
