"""The rate time constant tau_r: one, per population, per cell, or a sweep."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError


def expand_tau_r(tau_r_ms: ArrayLike, population: NDArray[np.int8]) -> FloatArray:
    """Return tau_r of every cell for every value of a sweep.

    Parameters
    ----------
    tau_r_ms
        ms. A number; one per population ``(17,)`` or cell ``(n_cells,)``; or a
        sweep with a first axis more: ``(n_tau, 1)``, ``(n_tau, 17)`` or
        ``(n_tau, n_cells)``.
    population
        Population of each cell, ``(n_cells,)``.

    Returns
    -------
    ndarray
        ms, ``(n_tau, n_cells)``; ``n_tau`` is 1 where nothing is swept.

    Raises
    ------
    InputError
        If the shape is none of these or a value is not positive.
    """
    n_cells = population.shape[0]
    tau = np.asarray(tau_r_ms, dtype=np.float64)
    if tau.ndim == 0:
        tau = tau[None]
    last = tau.shape[-1]
    is_single = np.ndim(tau_r_ms) == 0 or (tau.ndim == 2 and last == 1)
    if (
        tau.ndim > 2
        or tau.size == 0
        or not (is_single or last in (len(POPULATIONS), n_cells))
    ):
        raise InputError(
            f"tau_r_ms has shape {np.shape(tau_r_ms)}: give a number, one value per "
            f"population (17,) or cell ({n_cells},), or a sweep (n_tau, 1 | 17 | "
            f"{n_cells})"
        )
    if not np.isfinite(tau).all() or (tau <= 0.0).any():
        raise InputError("tau_r_ms: a value is not a positive number")
    if last == len(POPULATIONS) and last != n_cells:
        tau = tau[..., population]
    return np.ascontiguousarray(
        np.broadcast_to(np.atleast_2d(tau), (np.atleast_2d(tau).shape[0], n_cells))
    )
