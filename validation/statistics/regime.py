"""Whether a spiking population is in the regime that rate models assume."""

import numpy as np

from bridge.arrays import FloatArray


def compute_fano(trials_hz: FloatArray, n_cells: int, bin_ms: float) -> float:
    """Fano factor over trials of a population's spike count per bin.

    Variance over trials over mean, averaged over bins: 1 for independent Poisson
    cells, larger where they fire together.

    Parameters
    ----------
    trials_hz
        Population rate, Hz, shape ``(n_trials, n_time)``.
    n_cells
        Number of cells.
    bin_ms
        Bin width, ms.

    Returns
    -------
    float
        NaN for a silent population.
    """
    counts = trials_hz * (n_cells * bin_ms / 1000.0)
    mean = float(counts.mean())
    if mean <= 0.0:
        return float("nan")
    return float(counts.var(axis=0, ddof=1).mean()) / mean


def compute_synchrony(fano: float, n_cells: int) -> float:
    """Synchrony chi from the population's Fano factor.

    ``chi^2`` is the variance of the population mean over the mean variance of its
    cells (Golomb & Rinzel 1993, Phys Rev E 48:4810): ``1 / N + rho (1 - 1 / N)``
    with ``rho`` the mean correlation of two cells. For near-Poisson counts
    ``rho = (F - 1) / (N - 1)``. Returned is ``sqrt(rho)``, chi without its
    finite-size part, so that small populations are not flagged for being small.

    Parameters
    ----------
    fano
        Fano factor of the population count.
    n_cells
        Number of cells.

    Returns
    -------
    float
        0 (asynchronous) to 1; NaN where undefined.
    """
    if n_cells < 2 or not np.isfinite(fano):
        return float("nan")
    return float(np.sqrt(np.clip((fano - 1.0) / (n_cells - 1), 0.0, 1.0)))
