from types import SimpleNamespace

import numpy as np
import pytest

from validation.measures.explained_variance import ExplainedVariance
from validation.measures.nrmse import Nrmse
from validation.measures.r_over_ceiling import ROverCeiling
from validation.statistics.ceiling import compute_ceiling, compute_half_correlation
from validation.statistics.comparison import Comparison
from validation.statistics.jackknife import LeftOut
from validation.statistics.trial_products import TrialProducts, draw_weights

N_TIME = 1000
N_SETS = 60
TIME = np.arange(N_TIME)
SIGNAL = 3.0 + np.sin(TIME / 7.0) + 0.8 * np.sin(TIME / 31.0)  # Hz
CELLS_PER_BIN = 1.0  # 100 cells, 10 ms


def spiking_trials(n_trials, seed):
    """Poisson counts around the signal: N_SETS data sets as groups."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(SIGNAL * CELLS_PER_BIN, (N_SETS, n_trials, N_TIME))
    return counts / CELLS_PER_BIN


def score(trials, model, n_samples=0, seed=0):
    rng = np.random.default_rng(seed)
    weights = draw_weights(trials.shape[1], n_samples, rng)
    spiking = TrialProducts(trials, weights)
    if model.ndim == 1:
        model = np.broadcast_to(model, (N_SETS, 1, N_TIME))
        own = np.ones((len(weights), 1))
    else:
        own = draw_weights(model.shape[1], n_samples, rng)
    ceiling = compute_ceiling(
        compute_half_correlation(spiking.covariances, rng, 20), trials.shape[1]
    )
    comparison = Comparison(spiking, TrialProducts(model, own), ceiling)
    measures = (ExplainedVariance(), ROverCeiling(), Nrmse())
    return SimpleNamespace(
        **{m.name: m.scaled(m.samples(comparison)) for m in measures}
    )


@pytest.mark.parametrize("n_trials", [5, 20, 80])
def test_truth_scores_one_whatever_the_number_of_trials(n_trials):
    got = score(spiking_trials(n_trials, n_trials), SIGNAL)
    # 60 data sets. One explained variance scatters by about
    # 2 sqrt(noise / (1000 signal variance)) = 0.06 at 5 trials: mean within 0.03.
    assert got.explained_variance[0].mean() == pytest.approx(1.0, abs=0.03)
    assert got.r_over_ceiling[0].mean() == pytest.approx(1.0, abs=0.02)
    # Clipping at 0 makes NRMSE positive by chance; it must shrink with the noise.
    assert got.nrmse[0].mean() < 0.2 / np.sqrt(n_trials)


def test_uncorrected_explained_variance_would_punish_the_truth():
    # The reason for the correction: with 5 trials the plain number is far below 1.
    trials = spiking_trials(5, 5)
    psth = trials.mean(axis=1)
    plain = 1.0 - ((psth - SIGNAL) ** 2).mean(axis=1) / psth.var(axis=1)
    assert plain.mean() < 0.75


@pytest.mark.parametrize("n_trials", [5, 20, 80])
def test_known_distortions_get_their_known_scores(n_trials):
    trials = spiking_trials(n_trials, 10 + n_trials)
    variance, mean = SIGNAL.var(), SIGNAL.mean()
    flat = score(trials, mean + 0.6 * (SIGNAL - mean))
    # Amplitude x 0.6: error 0.4 (s - mean), so 1 - 0.16, and r unchanged.
    assert flat.explained_variance[0].mean() == pytest.approx(0.84, abs=0.03)
    assert flat.r_over_ceiling[0].mean() == pytest.approx(1.0, abs=0.02)
    expected = 0.4 * np.sqrt(variance) / mean
    assert flat.nrmse[0].mean() == pytest.approx(expected, rel=0.05)
    raised = score(trials, 1.25 * SIGNAL)
    expected = 1.0 - ((0.25 * SIGNAL) ** 2).mean() / variance
    assert raised.explained_variance[0].mean() == pytest.approx(expected, abs=0.05)


def test_constant_model_explains_nothing():
    got = score(spiking_trials(20, 1), np.full(N_TIME, SIGNAL.mean()))
    assert got.explained_variance[0].mean() == pytest.approx(0.0, abs=0.02)
    np.testing.assert_array_equal(got.r_over_ceiling[0], 0.0)


def test_another_sample_of_the_truth_scores_one():
    got = score(spiking_trials(10, 2), spiking_trials(8, 3))
    assert got.explained_variance[0].mean() == pytest.approx(1.0, abs=0.03)
    assert got.r_over_ceiling[0].mean() == pytest.approx(1.0, abs=0.02)


def intervals(measure, trials, model, confidence=0.95):
    rows = LeftOut(trials.shape[1], model.shape[1])
    spiking = TrialProducts(trials, rows.spiking_weights)
    half = compute_half_correlation(spiking.covariances, np.random.default_rng(0), 50)
    comparison = Comparison(
        spiking,
        TrialProducts(model, rows.model_weights),
        compute_ceiling(half, trials.shape[1]),
    )
    samples = measure.samples(comparison)
    found = rows.interval(samples, confidence, measure.degenerate(comparison))
    return np.array(found).T


def truth_of(measure, scale):
    if measure.name == "explained_variance":
        return 1.0 - (1.0 - scale) ** 2
    if measure.name == "r_over_ceiling":
        return 1.0
    return ((1.0 - scale) ** 2) * SIGNAL.var() / SIGNAL.mean() ** 2


@pytest.mark.parametrize("scale", [1.0, 0.9, 0.7])
@pytest.mark.parametrize("n_trials", [4, 8, 30])
@pytest.mark.parametrize("measure", [ExplainedVariance(), ROverCeiling(), Nrmse()])
def test_an_interval_holds_the_truth(measure, n_trials, scale):
    mean = SIGNAL.mean()
    model = np.broadcast_to(mean + scale * (SIGNAL - mean), (N_SETS, 1, N_TIME))
    low, high = intervals(measure, spiking_trials(n_trials, 30 + n_trials), model)
    truth = truth_of(measure, scale)
    # 95 % nominal; 60 data sets have a binomial standard error of 2.8 %.
    assert ((low <= truth) & (truth <= high)).mean() >= 0.95 - 3 * 0.028


def test_an_interval_holds_the_truth_of_a_model_with_noise():
    low, high = intervals(Nrmse(), spiking_trials(12, 5), spiking_trials(9, 6))
    assert ((low <= 0.0) & (high >= 0.0)).mean() >= 0.95 - 3 * 0.028


def test_the_interval_of_a_perfect_model_is_no_wider_than_its_scatter():
    # The degenerate part is counted once: with 30 trials the interval reaches
    # t = 2.05 standard deviations of what perfect models score, which 60 data sets
    # know to 1 / sqrt(120) = 9 %. Resampling with replacement makes it sqrt(3) wider.
    model = np.broadcast_to(SIGNAL, (N_SETS, 1, N_TIME))
    low, high = intervals(Nrmse(), spiking_trials(30, 7), model)
    middle, reach = 0.5 * (low + high), 0.5 * (high - low)
    assert reach.mean() / middle.std() == pytest.approx(2.05, rel=3 * 0.09)


def test_silent_population_has_no_scores():
    trials = np.zeros((N_SETS, 4, N_TIME))
    got = score(trials, SIGNAL)
    assert np.isnan(got.explained_variance).all()
    assert np.isnan(got.nrmse).all()


def test_noise_that_is_correlated_in_time_does_not_bias():
    # Trials that are louder or softer as a whole (sd 20 %), as networks make them:
    # a bin-by-bin noise model would be wrong, pairs of trials are not.
    rng = np.random.default_rng(9)
    gain = np.maximum(rng.normal(1.0, 0.2, (N_SETS, 12, 1)), 0.0)
    got = score(rng.poisson(gain * SIGNAL * CELLS_PER_BIN) / CELLS_PER_BIN, SIGNAL)
    # The mean gain of 12 trials is off by 0.058: explained variance scatters by
    # 2 x 0.058^2 x (power / variance = 12) = 0.08 per data set, 0.01 on average.
    assert got.explained_variance[0].mean() == pytest.approx(1.0, abs=0.05)
