"""Mean rates of single cells, judged against what spike counts can tell.

A cell's rate is known from a finite number of spikes. A perfect model would miss
perfect scores by that noise alone, so each measure is corrected by it where a
formula exists, and compared with what a second spiking sample reaches where none
does.
"""

import numpy as np

from bridge.arrays import FloatArray


def compute_correlation(a: FloatArray, b: FloatArray) -> float:
    """Pearson correlation over cells; NaN where one of them is constant."""
    a0, b0 = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a0 @ a0) * (b0 @ b0)))
    return float(a0 @ b0) / scale if scale > 0.0 else float("nan")


def compute_reliability(sample_correlation: float, n_samples: float) -> float:
    """Reliability of the mean of several samples (Spearman-Brown).

    Parameters
    ----------
    sample_correlation
        Correlation over cells between two samples.
    n_samples
        Number of such samples in the mean. A noise-free model of the true rates
        correlates with the mean by the square root of the result.
    """
    r = min(max(sample_correlation, 0.0), 1.0)
    return n_samples * r / (1.0 + (n_samples - 1) * r)


def compute_median_error(
    model_hz: FloatArray, spiking_hz: FloatArray, min_rate_hz: float
) -> float:
    """Median over cells of ``|model / spiking - 1|``.

    Parameters
    ----------
    model_hz, spiking_hz
        Mean rates, Hz, shape ``(n_cells,)``.
    min_rate_hz
        Cells at or below this spiking rate are left out, Hz.

    Returns
    -------
    float
        NaN where no cell is left.
    """
    kept = spiking_hz > min_rate_hz
    if not kept.any():
        return float("nan")
    return float(np.median(np.abs(model_hz[kept] / spiking_hz[kept] - 1.0)))


def correct_median_error(raw: float, seed: float, n_samples: float) -> float:
    """Take spike-count noise out of a median error.

    Errors of the model and of the counts are independent, so their squares add.
    Two samples differ by ``sqrt(2)`` times the noise of one, the mean of ``n`` has
    ``1 / sqrt(n)`` of it: a perfect model would score ``seed / sqrt(2 n)``. Taking
    medians for standard deviations is exact for errors of one shape.

    Parameters
    ----------
    raw
        Median error of the model against the mean of all samples.
    seed
        Median error of one sample against another.
    n_samples
        Number of samples in the mean.
    """
    return float(np.sqrt(max(raw**2 - seed**2 / (2.0 * n_samples), 0.0)))


def compute_similarity(a: FloatArray, b: FloatArray) -> float:
    """``1 - KS`` of two distributions (Kolmogorov-Smirnov, two samples).

    The statistic depends on order only: on rates and on
    ``log10(rate + 1e-3)`` it is the same number.
    """
    values = np.concatenate([a, b])
    cdf_a = np.searchsorted(np.sort(a), values, side="right") / a.size
    cdf_b = np.searchsorted(np.sort(b), values, side="right") / b.size
    return 1.0 - float(np.abs(cdf_a - cdf_b).max())
