"""The LGN cells that a column receives input from."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray, IntArray
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
        Spatial size, degrees.
    """

    node_id: IntArray
    cell_type: tuple[str, ...]
    x_deg: FloatArray
    y_deg: FloatArray
    tuning_angle_deg: FloatArray
    size_deg: FloatArray

    def __post_init__(self) -> None:
        n = len(self.cell_type)
        for name in ("node_id", "x_deg", "y_deg", "tuning_angle_deg", "size_deg"):
            kind = np.int64 if name == "node_id" else np.float64
            array = frozen(getattr(self, name), kind)
            if array.shape != (n,):
                raise InputError(f"LGN cells: {name} has shape {array.shape}")
            object.__setattr__(self, name, array)

    @property
    def n_cells(self) -> int:
        """Number of LGN cells."""
        return len(self.cell_type)

    def __repr__(self) -> str:
        return f"LgnCells({self.n_cells} cells)"
