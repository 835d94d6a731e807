"""The two cells that stand for all, where cells are exchanged."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatingArray
from bridge.column.column import Column
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.errors import InputError

TYPICAL_POPULATIONS = ("e23", "i23Pvalb")
"""Whose cells stand for all excitatory and all inhibitory ones.

Chen, Scherr and Maass 2022 (Science Advances 8, eabq7592) take one model of the
line e23Cux2, which alone makes up ``e23``, and one of i23Pvalb.
"""


class TypicalCells(NamedTuple):
    """Cells that share a cell model, and the cells that they stand for.

    Attributes
    ----------
    stands_for
        Cells that are to be alike, ``(n,)``.
    same_model
        Cells of the model that they get, in ascending order, at least one.
    """

    stands_for: NDArray[np.intp]
    same_model: NDArray[np.intp]


def typical_cells(
    population: NDArray[np.integer], threshold_mv: FloatingArray
) -> tuple[TypicalCells, TypicalCells]:
    """Choose the excitatory and the inhibitory cell model that stand for all.

    It is the model of the cell with the median threshold of the population in
    :data:`TYPICAL_POPULATIONS`: a model that exists, since medians taken one
    constant at a time belong to no neuron.

    Parameters
    ----------
    population
        Population of each cell, ``(n_cells,)``.
    threshold_mv
        Threshold above the resting potential, mV, ``(n_cells,)``. Cells of one
        population with the same one share a model.

    Returns
    -------
    tuple of TypicalCells
        Excitatory, inhibitory.

    Raises
    ------
    InputError
        If the column has no cell of one of the two populations.
    """
    return _typical(population, threshold_mv, 0), _typical(population, threshold_mv, 1)


def with_typical_cells(column: Column) -> Column:
    """Return a column whose cells have the models that stand for all.

    Raises
    ------
    InputError
        As :func:`typical_cells`.
    """
    threshold = column.model_values("v_th_mv") - column.model_values("e_l_mv")
    models = column.cell_model.copy()
    for typical in typical_cells(column.population, threshold):
        models[typical.stands_for] = column.cell_model[typical.same_model[0]]
    return replace(column, cell_model=models)


def _typical(
    population: NDArray[np.integer], threshold_mv: FloatingArray, kind: int
) -> TypicalCells:
    name = TYPICAL_POPULATIONS[kind]
    cells = np.flatnonzero(np.asarray(population) == POPULATIONS.index(name))
    if cells.size == 0:
        raise InputError(
            f"exchanged cells: the column has no cell of {name}; use more cells"
        )
    median = np.sort(threshold_mv[cells])[cells.size // 2]
    stands_for = np.flatnonzero(EXCITATORY[np.asarray(population)] == (kind == 0))
    return TypicalCells(stands_for, cells[threshold_mv[cells] == median])
