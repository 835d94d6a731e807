"""Pools of cells that the answers are read from."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import IntArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError

LAYERS = ("L23", "L4", "L5", "L6")
"""The layers with excitatory cells."""


def draw_pools(
    population: NDArray[np.integer],
    n_pools: Mapping[str, int],
    *,
    layer: str,
    pool_size: int,
    seed: int,
) -> dict[str, IntArray]:
    """Draw disjoint pools of excitatory cells of one layer.

    Parameters
    ----------
    population
        Population of each cell, index into
        :data:`~bridge.column.populations.POPULATIONS`, ``(n_cells,)``.
    n_pools
        Number of pools of each task.
    layer
        One of :data:`LAYERS`.
    pool_size
        Cells in a pool.
    seed
        Seed of the draw.

    Returns
    -------
    dict
        Cells of each pool by task, ``(n_pools, pool_size)``. No cell is in two
        pools, of whatever task.

    Raises
    ------
    InputError
        If there is no such layer or it has too few cells.
    """
    if layer not in LAYERS:
        raise InputError(f"readout layer {layer!r}: there are {', '.join(LAYERS)}")
    cells = np.flatnonzero(population == POPULATIONS.index(f"e{layer[1:]}"))
    total = sum(n_pools.values())
    if total * pool_size > cells.size:
        raise InputError(
            f"readout: {total} pools of {pool_size} cells do not fit into the "
            f"{cells.size} excitatory cells of {layer}; pool_size can be "
            f"{cells.size // total} at the most"
        )
    drawn = np.random.default_rng(seed).permutation(cells)[: total * pool_size]
    table = drawn.reshape(total, pool_size).astype(np.int64)
    stops = np.cumsum(list(n_pools.values()))
    return {
        task: np.sort(table[stop - n : stop], axis=1)
        for (task, n), stop in zip(n_pools.items(), stops, strict=True)
    }
