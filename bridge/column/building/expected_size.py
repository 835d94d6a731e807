"""How large a column becomes, before it is built."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.building.build import cells_and_radius
from bridge.column.building.wiring import connection_rule
from bridge.column.column import Column

BUILDING_BYTES = 140
"""Memory per connection while a column is drawn: its arrays, their sorted copies and
the list of pairs; measured on 3,000 to 20,000 cells."""

_LGN_CELLS, _LGN_CELLS_PER_CELL, _LGN_EDGES_PER_CELL = 430, 0.09, 15.0
"""LGN cells that see the centre, and those that a larger column adds; LGN connections
of a cell: rounded from columns of 300 to 20,000 cells."""


@dataclass(frozen=True)
class ColumnSize:
    """Numbers that decide what a column needs.

    Attributes
    ----------
    n_cells, n_lgn
        Cells of the column and of its LGN.
    n_edges
        Connections, recurrent ones and those from the LGN.
    """

    n_cells: int
    n_lgn: int
    n_edges: int

    @classmethod
    def of(cls, column: Column) -> Self:
        """Return the size of a column that is there."""
        n_edges = column.recurrent.n_edges + column.lgn_edges.n_edges
        return cls(column.n_cells, column.lgn.n_cells, n_edges)

    @property
    def building_bytes(self) -> int:
        """Memory while it is built or read, bytes."""
        return BUILDING_BYTES * self.n_edges


def expected_size(size: str | int, radius_um: float | None = None) -> ColumnSize:
    """Return the expected size of a column.

    The mean number of recurrent connections follows from the connection rule, whose
    dependence on orientation averages out, and from the distances of cells that lie
    at random in a disk.

    Parameters
    ----------
    size, radius_um
        As for :func:`bridge.column.building.build.build_column`.

    Raises
    ------
    InputError
        If there is no such column.
    """
    _, counts, radius = cells_and_radius(size, radius_um)
    n_cells = int(counts.sum())
    rule = connection_rule()
    pairs = counts[:, None] * counts[None, :]
    probability = rule.amplitude * _mean_over_disk(rule.sigma_um, radius)
    n_lgn = round(_LGN_CELLS + _LGN_CELLS_PER_CELL * n_cells)
    n_edges = float((pairs * probability).sum()) + _LGN_EDGES_PER_CELL * n_cells
    return ColumnSize(n_cells, n_lgn, round(n_edges))


def _mean_over_disk(sigma_um: FloatArray, radius_um: float) -> FloatArray:
    """Return the mean of ``exp(-(r / sigma)^2)`` over pairs of points in a disk."""
    half = np.linspace(0.0, 1.0, 513)  # distance over the diameter
    density = 16.0 / np.pi * half * (np.arccos(half) - half * np.sqrt(1.0 - half**2))
    distance = 2.0 * radius_um * half
    falling = np.exp(-((distance / sigma_um[..., None]) ** 2))
    return np.asarray(np.trapezoid(falling * density, half, axis=-1))
