"""The noise ceiling: how well any model could correlate with a noisy PSTH."""

import numpy as np

from bridge.arrays import FloatArray


def compute_half_correlation(
    covariances: FloatArray, rng: np.random.Generator, n_splits: int = 50
) -> FloatArray:
    """Correlation between the PSTHs of two halves of the trials.

    Parameters
    ----------
    covariances
        Covariance over time of every two trials, Hz^2, shape
        ``(n_groups, n_trials, n_trials)``.
    rng
        Source of the random splits.
    n_splits
        Number of random splits averaged over.

    Returns
    -------
    ndarray
        Mean correlation, shape ``(n_groups,)``; 0 where a half is constant.
    """
    n_trials = covariances.shape[1]
    half = n_trials // 2
    order = rng.permuted(np.tile(np.arange(n_trials), (n_splits, 1)), axis=1)
    first = np.zeros((n_splits, n_trials))
    second = np.zeros((n_splits, n_trials))
    np.put_along_axis(first, order[:, :half], 1.0 / half, axis=1)
    np.put_along_axis(second, order[:, half : 2 * half], 1.0 / half, axis=1)

    def product(a: FloatArray, b: FloatArray) -> FloatArray:
        result: FloatArray = np.einsum(
            "si,gis->sg", a, covariances @ b.T, optimize=True
        )
        return result

    scale = np.sqrt(product(first, first) * product(second, second))
    correlation = np.divide(
        product(first, second), scale, out=np.zeros_like(scale), where=scale > 0.0
    )
    mean: FloatArray = correlation.mean(axis=0)
    return mean


def compute_ceiling(half_correlation: FloatArray, n_trials: int) -> FloatArray:
    """Ceiling of the correlation between a model and the PSTH of all trials.

    Spearman-Brown gives the reliability of the whole from that of its halves,
    ``2 r / (1 + r)`` (for an odd number of trials, of which one is left over, with
    ``n / (n // 2)`` in place of 2); a noise-free model of the true rate correlates
    with the PSTH by its square root (CC_max of Schoppe et al. 2016, Front Comput
    Neurosci 10:10).

    Parameters
    ----------
    half_correlation
        Correlation between halves, any shape.
    n_trials
        Number of all trials.

    Returns
    -------
    ndarray
        The ceiling, same shape; 0 where the halves do not correlate.
    """
    r = np.clip(half_correlation, 0.0, 1.0)
    ratio = n_trials / (n_trials // 2)
    return np.sqrt(ratio * r / (1.0 + (ratio - 1.0) * r))
