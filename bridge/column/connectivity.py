"""How many connections there are between the classes or populations of a column."""

from typing import Literal

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.column import Column
from bridge.column.populations import CLASS_OF_POPULATION, CLASSES, POPULATIONS

Grouping = Literal["population", "class"]
"""The 17 populations or the 9 classes."""


def group_names(by: Grouping = "population") -> tuple[str, ...]:
    """Return the names of the groups, in the order of the matrices."""
    return POPULATIONS if by == "population" else CLASSES


def group_sizes(column: Column, by: Grouping = "population") -> IntArray:
    """Return the number of cells in each group, ``(n_groups,)``."""
    return np.bincount(_group_of_cell(column, by), minlength=len(group_names(by)))


def count_matrix(column: Column, by: Grouping = "population") -> IntArray:
    """Count the recurrent connections between groups.

    Parameters
    ----------
    column
        A wired column.
    by
        Group cells by population or by class.

    Returns
    -------
    IntArray
        ``(n_groups, n_groups)`` ``[target, source]``.
    """
    group, n = _group_of_cell(column, by), len(group_names(by))
    pair = group[column.recurrent.target] * n + group[column.recurrent.source]
    return np.bincount(pair, minlength=n * n).reshape(n, n)


def pair_matrix(column: Column, by: Grouping = "population") -> IntArray:
    """Count the ordered pairs of different cells, ``[target, source]``.

    Parameters are those of :func:`count_matrix`.
    """
    sizes = group_sizes(column, by)
    pairs: IntArray = np.outer(sizes, sizes) - np.diag(sizes)
    return pairs


def probability_matrix(column: Column, by: Grouping = "population") -> FloatArray:
    """Return the fraction of pairs of different cells that are connected.

    Parameters are those of :func:`count_matrix`.

    Returns
    -------
    FloatArray
        ``(n_groups, n_groups)`` ``[target, source]``; NaN where the column has no
        such pair.
    """
    pairs = pair_matrix(column, by)
    fraction: FloatArray = np.divide(
        count_matrix(column, by),
        pairs,
        out=np.full(pairs.shape, np.nan),
        where=pairs > 0,
    )
    return fraction


def _group_of_cell(column: Column, by: Grouping) -> IntArray:
    if by == "population":
        return column.population.astype(np.int64)
    group_of = np.array([CLASSES.index(CLASS_OF_POPULATION[p]) for p in POPULATIONS])
    return group_of[column.population]
