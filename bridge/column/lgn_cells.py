"""The LGN cells that a column receives input from."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray, FloatArray, IntArray
from bridge.errors import InputError
from bridge.frozen_arrays import frozen


@dataclass(frozen=True)
class LgnCells:
    """LGN cells that project to the column, arrays of shape ``(n_lgn,)``.

    Attributes
    ----------
    node_id
        Number of the cell among the 17,400 of the visual field, int64.
    cell_type
        Type (``"sON_TF4"``), one of 14.
    x_deg, y_deg
        Receptive-field centre, degrees of the 240 x 120 degree field.
    tuning_angle_deg
        Axis of the two subfields of composite cells, degrees (NaN elsewhere).
    size_deg
        Spatial size, degrees, above 0.
    file_id
        ``node_id`` of the cell in the file that the column was read from, int64;
        ``None`` in a column that was built. No part of the column's content: its
        hash does not depend on it.
    population
        Name of the cells' population in files, no part of the content either.

    Raises
    ------
    InputError
        If shapes differ, a number is neither whole nor positive or 0, or a value is
        not finite or not positive where it must be.
    """

    node_id: IntArray
    cell_type: tuple[str, ...]
    x_deg: FloatArray
    y_deg: FloatArray
    tuning_angle_deg: FloatArray
    size_deg: FloatArray
    file_id: IntArray | None = None
    population: str = "lgn"

    def __post_init__(self) -> None:
        n = len(self.cell_type)
        for name in ("node_id", "file_id"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, _numbers(name, getattr(self, name)))
        for name in ("x_deg", "y_deg", "tuning_angle_deg", "size_deg"):
            object.__setattr__(self, name, frozen(getattr(self, name), np.float64))
        for name, array in self._arrays().items():
            if array.shape != (n,):
                raise InputError(f"LGN cells: {name} has shape {array.shape}")
        for name in ("x_deg", "y_deg", "size_deg"):
            _check(name, getattr(self, name), np.isfinite, "not a finite number")
        _check("size_deg", self.size_deg, lambda v: v > 0.0, "not positive")
        _check("tuning_angle_deg", self.tuning_angle_deg, _is_angle, "infinite")

    def select(self, rows: NDArray[np.integer]) -> "LgnCells":
        """Return some of the cells, in the order of ``rows``."""
        arrays: dict[str, Any] = {k: v[rows] for k, v in self._arrays().items()}
        names = tuple(self.cell_type[row] for row in rows.tolist())
        return LgnCells(cell_type=names, population=self.population, **arrays)

    @property
    def spike_id(self) -> IntArray:
        """Number of each cell in spike files: of its node, or in the field."""
        return self.node_id if self.file_id is None else self.file_id

    @property
    def n_cells(self) -> int:
        """Number of LGN cells."""
        return len(self.cell_type)

    def __repr__(self) -> str:
        return f"LgnCells({self.n_cells} cells)"

    def _arrays(self) -> dict[str, AnyArray]:
        found = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: v for name, v in found.items() if isinstance(v, np.ndarray)}


def _numbers(name: str, values: Any) -> AnyArray:
    """Return numbers of cells as int64; NaN or 2.5 would become one in silence."""
    given = np.asarray(values)
    _check(name, given, lambda v: (v >= 0) & (v < 2**63), "not a number of a cell")
    _check(name, given, lambda v: v == np.floor(v), "not a whole number")
    return frozen(given, np.int64)


def _is_angle(values: FloatArray) -> AnyArray:
    return ~np.isinf(values)


def _check(name: str, values: AnyArray, is_good: Any, wrong: str) -> None:
    good = np.asarray(is_good(values))
    if not good.all():
        row = int(np.argmin(good))
        raise InputError(f"LGN cells: {name} of row {row} is {values[row]:g}, {wrong}")
