"""Inner products of trials: all that the noise-corrected measures need.

Every measure of the time course is a function of averages over pairs of trials.
Pairs of *different* trials have independent noise, so their average is free of
the noise of the mean (it is the U-statistic behind "MSE minus the noise of the
mean" and "variance minus the noise of the mean"). Resampling trials is then a
matter of weights on these products: no resampled time course is ever formed.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bridge.arrays import FloatArray


def draw_weights(n_trials: int, n_samples: int, rng: np.random.Generator) -> FloatArray:
    """Draw bootstrap weights over trials.

    Parameters
    ----------
    n_trials
        Number of trials to resample from.
    n_samples
        Number of bootstrap samples.
    rng
        Source of randomness.

    Returns
    -------
    ndarray
        How often each trial was drawn, shape ``(1 + n_samples, n_trials)``; row 0
        is all ones, the data as they are.
    """
    uniform = np.full(n_trials, 1.0 / n_trials)
    drawn = rng.multinomial(n_trials, uniform, size=n_samples)
    # A sample that repeats a single trial has no pair of different ones.
    alone = (drawn == n_trials).any(axis=1) & (n_trials > 1)
    while alone.any():
        drawn[alone] = rng.multinomial(n_trials, uniform, size=int(alone.sum()))
        alone = (drawn == n_trials).any(axis=1)
    return np.concatenate([np.ones((1, n_trials)), drawn.astype(np.float64)])


def pair_mean(weights: FloatArray, products: FloatArray) -> FloatArray:
    """Weighted average over pairs of different trials.

    Two copies of one trial in a bootstrap sample share their noise, so pairs are
    excluded by trial, not by position in the sample.

    Parameters
    ----------
    weights
        Shape ``(n_samples, n_trials)``.
    products
        Symmetric products of trials, shape ``(n_groups, n_trials, n_trials)``.

    Returns
    -------
    ndarray
        Shape ``(n_samples, n_groups)``. A single trial is taken to be free of
        noise and is paired with itself.
    """
    if products.shape[-1] == 1:
        return np.broadcast_to(products[:, 0, 0], (len(weights), len(products)))
    full = np.einsum("bi,gib->bg", weights, products @ weights.T, optimize=True)
    diagonal = np.einsum("gii->ig", products)
    own = weights**2
    n_pairs = weights.sum(axis=1) ** 2 - own.sum(axis=1)
    # Of two trials, leaving out one leaves no pair.
    n_pairs = np.where(n_pairs > 1e-9, n_pairs, np.nan)
    result: FloatArray = (full - own @ diagonal) / n_pairs[:, None]
    return result


@dataclass(frozen=True)
class TrialProducts:
    """Products of the trials of each group, averaged over time.

    Attributes
    ----------
    trials_hz
        Single-trial rates, Hz, shape ``(n_groups, n_trials, n_time)``.
    weights
        Weights of the trials, ``(n_samples, n_trials)``, rows that add up to
        ``n_trials``; row 0 ones.
    """

    trials_hz: FloatArray
    weights: FloatArray

    @property
    def n_trials(self) -> int:
        """Number of trials."""
        return int(self.trials_hz.shape[1])

    @cached_property
    def mean_hz(self) -> FloatArray:
        """Mean rate of each trial, Hz, ``(n_groups, n_trials)``."""
        mean: FloatArray = self.trials_hz.mean(axis=2)
        return mean

    @cached_property
    def psth_hz(self) -> FloatArray:
        """Mean over trials, Hz, ``(n_groups, n_time)``."""
        mean: FloatArray = self.trials_hz.mean(axis=1)
        return mean

    @cached_property
    def products(self) -> FloatArray:
        """Mean over time of the product of two trials, Hz^2, ``(g, n, n)``."""
        x = self.trials_hz
        result: FloatArray = x @ x.transpose(0, 2, 1) / x.shape[2]
        return result

    @cached_property
    def covariances(self) -> FloatArray:
        """Covariance over time of two trials, Hz^2, ``(g, n, n)``."""
        mean = self.mean_hz
        return self.products - mean[:, :, None] * mean[:, None, :]

    @cached_property
    def rate_hz(self) -> FloatArray:
        """Resampled mean rate, Hz, ``(n_samples, n_groups)``."""
        return self.weights @ self.mean_hz.T / self.n_trials

    @cached_property
    def power(self) -> FloatArray:
        """Mean square of the noise-free time course, Hz^2, ``(b, g)``."""
        return pair_mean(self.weights, self.products)

    @cached_property
    def signal_variance(self) -> FloatArray:
        """Variance over time of the noise-free time course, Hz^2, ``(b, g)``."""
        return pair_mean(self.weights, self.covariances)

    @cached_property
    def psth_variance(self) -> FloatArray:
        """Variance over time of the mean of trials, noise included, ``(b, g)``."""
        w = self.weights / self.n_trials
        result: FloatArray = np.einsum(
            "bi,gib->bg", w, self.covariances @ w.T, optimize=True
        )
        return result

    @cached_property
    def chance_error(self) -> FloatArray:
        """Standard error of a noise-free mean square of noise, Hz^2, ``(g,)``.

        How far "MSE minus noise" of a perfect model scatters around 0: the
        standard deviation of an average over ``n (n - 1) / 2`` products of the
        noise of two trials, measured on these products.
        """
        n = self.n_trials
        own = self.products.mean(axis=2)
        noise = self.products - own[:, :, None] - own[:, None, :]
        noise = noise + own.mean(axis=1)[:, None, None]
        diagonal = np.einsum("gii->gi", noise)
        n_pairs = n * (n - 1.0)
        mean = (noise.sum(axis=(1, 2)) - diagonal.sum(axis=1)) / n_pairs
        square = (noise**2).sum(axis=(1, 2)) - (diagonal**2).sum(axis=1)
        variance = square / n_pairs - mean**2
        # The noise of a trial is taken around the mean, which contains the trial.
        variance = variance * n**2 / ((n - 1.0) ** 2 + 1.0)
        result: FloatArray = np.sqrt(2.0 * np.maximum(variance, 0.0) / n_pairs)
        return result
