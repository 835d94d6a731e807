"""Receptors in use, packed: a cell rarely uses more than two of its four."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import Column
from bridge.column.edges import N_RECEPTORS


@dataclass(frozen=True)
class ReceptorSlots:
    """Which receptor of a cell each slot of the simulated synapse states holds.

    Attributes
    ----------
    n_slots
        Slots per cell: 2 where no cell uses more receptors, else 4.
    slot_of
        Slot of each receptor of each cell, -1 where unused,
        shape ``(n_cells, 4)``, int8.
    receptor_of
        The inverse, shape ``(n_cells, n_slots)``, int8; unused slots name
        receptor 0, which is harmless because nothing arrives there.
    """

    n_slots: int
    slot_of: NDArray[np.int8]
    receptor_of: NDArray[np.int8]


def receptor_slots(column: Column) -> ReceptorSlots:
    """Assign slots to the receptors that any input of a cell uses.

    Parameters
    ----------
    column
        The column; recurrent, LGN, background and surround input all count.

    Returns
    -------
    ReceptorSlots
        Slots in ascending order of receptor.
    """
    inputs = (column.recurrent, column.lgn_edges, column.background, column.surround)
    return _pack(column.n_cells, ((i.target, i.receptor) for i in inputs))


def _pack(
    n_cells: int, inputs: Iterable[tuple[NDArray[np.int32], NDArray[np.int8]]]
) -> ReceptorSlots:
    used = np.zeros((n_cells, N_RECEPTORS), dtype=bool)
    for target, receptor in inputs:
        used[target, receptor] = True
    slot_of = np.where(used, np.cumsum(used, axis=1) - 1, -1).astype(np.int8)
    n_slots = 2 if used.sum(axis=1).max() <= 2 else N_RECEPTORS
    receptor_of = np.zeros((n_cells, n_slots), dtype=np.int8)
    cell, port = np.nonzero(used)
    receptor_of[cell, slot_of[cell, port]] = port
    return ReceptorSlots(n_slots, slot_of, receptor_of)
