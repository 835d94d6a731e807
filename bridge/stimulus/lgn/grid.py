"""LGN cells on a regular grid over an image: the input channels of the tasks."""

from collections.abc import Sequence

import numpy as np

from bridge.column.building.lgn_wiring import triangular
from bridge.column.building.tables import lgn_type_table
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError

DEFAULT_LGN_TYPES = (
    "sON_TF1",
    "sON_TF2",
    "sON_TF4",
    "sON_TF8",
    "sOFF_TF1",
    "sOFF_TF2",
    "sOFF_TF4",
    "sOFF_TF8",
    "sOFF_TF15",
    "tOFF_TF4",
    "tOFF_TF8",
    "tOFF_TF15",
    "sONsOFF_001",
)
"""Thirteen of the fourteen types of Billeh et al. 2020.

Chen's thesis uses 13 and does not say which. Left out here is ``sONtOFF_001``: no
type has fewer cells in the full model (750 of 17,400), its fields are the widest
(9 degrees), and both of its filters are there, in ``sON_TF4`` and ``tOFF_TF8``.
"""


def lgn_grid(
    *,
    field_deg: tuple[float, float],
    types: Sequence[str] = DEFAULT_LGN_TYPES,
    grid: tuple[int, int] = (8, 8),
    seed: int = 0,
) -> LgnCells:
    """Place one cell of each type at every point of a grid over an image.

    Parameters
    ----------
    field_deg
        Width and height of the image, degrees.
    types
        Types of cells, each at most once.
    grid
        Points along x and along y; they lie in the middle of equal tiles.
    seed
        Seed of spatial sizes (triangular, as in Billeh et al. 2020) and of the axes
        of composite cells (uniform). Each type has its own random numbers, so the
        cells of a type do not depend on the other types.

    Returns
    -------
    LgnCells
        ``len(types) * grid[0] * grid[1]`` cells, 832 by default: type by type, row
        by row along y, then along x. Positions count from the corner of pixel
        (0, 0); y grows with the row.

    Raises
    ------
    InputError
        If a type is unknown or named twice, grid or field are not positive, or the
        seed is negative.
    """
    if seed < 0:
        raise InputError(f"LGN grid: seed {seed} is negative")
    table = lgn_type_table()
    unknown = [name for name in types if name not in table.name]
    if unknown:
        raise InputError(
            f"LGN grid: no type {unknown[0]!r}; the types are {', '.join(table.name)}"
        )
    if len(set(types)) != len(types) or not types:
        raise InputError("LGN grid: types must name at least one type, each once")
    if min(grid) < 1 or not min(field_deg) > 0.0:
        raise InputError(
            f"LGN grid: grid {grid[0]} x {grid[1]} and field {field_deg[0]:g} x "
            f"{field_deg[1]:g} degrees must be positive"
        )
    n_points = grid[0] * grid[1]
    kinds = [table.name.index(name) for name in types]
    drawn = np.array(
        [np.random.default_rng((seed, k)).random((n_points, 2)) for k in kinds]
    ).reshape(-1, 2)
    kind = np.repeat(kinds, n_points)
    point = np.tile(np.arange(n_points), len(types))
    composite = np.array(["ON" in name and "OFF" in name for name in table.name])
    return LgnCells(
        node_id=kind * n_points + point,
        cell_type=tuple(table.name[k] for k in kind),
        x_deg=(point % grid[0] + 0.5) * field_deg[0] / grid[0],
        y_deg=(point // grid[0] + 0.5) * field_deg[1] / grid[1],
        tuning_angle_deg=np.where(composite[kind], 360.0 * drawn[:, 1], np.nan),
        size_deg=triangular(table.size_deg[kind], drawn[:, 0]),
    )
