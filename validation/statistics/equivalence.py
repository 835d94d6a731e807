"""Tests of equivalence of mean rates."""

import numpy as np
from scipy import stats

from bridge.arrays import FloatArray


def compute_rate_error(model_hz: FloatArray, spiking_hz: FloatArray) -> FloatArray:
    """Relative error of the mean rate, ``model / spiking - 1``.

    Parameters
    ----------
    model_hz, spiking_hz
        Mean rates, Hz, any shapes that broadcast.

    Returns
    -------
    ndarray
        Relative error; NaN where the spiking rate is 0.
    """
    model, spiking = np.broadcast_arrays(model_hz, spiking_hz)
    ratio: FloatArray = np.divide(
        model, spiking, out=np.full(model.shape, np.nan), where=spiking > 0.0
    )
    return ratio - 1.0


def compute_equivalence_p(
    model_hz: FloatArray, spiking_hz: FloatArray, margin: float
) -> FloatArray:
    """P-value of two one-sided tests (TOST) of ``|model / spiking - 1| < margin``.

    Schuirmann 1987 (J Pharmacokinet Biopharm 15:657): the null hypothesis is that
    the rates differ by the margin or more, so a small p shows equivalence and
    noisy data cannot. The ratio is tested as the linear contrast
    ``model - (1 +- margin) spiking`` (Sasabuchi / Fieller form).

    Parameters
    ----------
    model_hz
        Mean rate per trial of the model, Hz, shape ``(n_groups, n)``; ``n = 1`` if
        the model has no noise.
    spiking_hz
        Mean rate per trial, Hz, shape ``(n_groups, n_trials)``.
    margin
        Largest relative difference that still counts as equal.

    Returns
    -------
    ndarray
        The larger p-value of the two tests, shape ``(n_groups,)``.
    """
    n = spiking_hz.shape[1]
    m = model_hz.shape[1]
    spiking = spiking_hz.mean(axis=1)
    model = model_hz.mean(axis=1)
    spiking_var = spiking_hz.var(axis=1, ddof=1) / n
    model_var = model_hz.var(axis=1, ddof=1) / m if m > 1 else np.zeros_like(model)
    p = np.zeros_like(spiking)
    for factor, sign in ((1.0 + margin, 1.0), (1.0 - margin, -1.0)):
        distance = sign * (factor * spiking - model)
        error = np.sqrt(factor**2 * spiking_var + model_var)
        certain = np.where(distance > 0.0, np.inf, -np.inf)
        t = np.divide(distance, error, out=certain, where=error > 0.0)
        p = np.maximum(p, stats.t.sf(t, n - 1))
    return np.where(np.isfinite(model) & (spiking > 0.0), p, 1.0)


def adjust_holm(p: FloatArray) -> FloatArray:
    """Adjust p-values for testing several populations (Holm 1979).

    Parameters
    ----------
    p
        P-values of one family, shape ``(n,)``.

    Returns
    -------
    ndarray
        Adjusted p-values: those below alpha are rejected with a family-wise
        error of at most alpha.
    """
    order = np.argsort(p)
    factors = np.arange(p.size, 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(np.maximum.accumulate(p[order] * factors), 1.0)
    return adjusted
