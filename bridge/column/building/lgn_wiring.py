"""LGN cells and their projection to the column.

The rule of the released network (Billeh et al. 2020, STAR Methods, and its
builder). LGN cells lie at random on 15 x 10 tiles of a 240 x 120 degree field.
A V1 cell looks at (120, 60) degrees plus the tangent of its position in degrees
of visual field. Its sources come from two ellipses, elongated along
``direction + 270`` degrees and shifted to either side: the sustained one (ON or
OFF, drawn per cell) and the transient OFF one; composite (ON/OFF) cells come from a
small ellipse between them if their axis is within 15 degrees. Inside an ellipse
a cell of type k is taken with probability
``(1 - |f - f_k| / sum_j |f - f_j|) / (n - 1)``, ``f`` a temporal frequency drawn
per V1 cell (Poisson, not 0), ``f_k`` that of the type, n the number of types.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray, FloatArray
from bridge.column.building.tables import (
    LGN_DELAY_MS,
    cell_table,
    lgn_projection_table,
    lgn_type_table,
)
from bridge.column.building.wiring import DEG_PER_UM
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.populations import EXCITATORY

FIELD_DEG = (240.0, 120.0)
TILES = (15, 10)
COMPOSITE_AXIS_DEG = 15.0
"""Composite cells must have their axis this close to the target's direction."""

_MAX_TF = 40
_TARGETS_PER_BLOCK = 512
_GROUPS = ("sON", "sOFF", "tOFF", "composite")


def draw_lgn_cells(rng: np.random.Generator) -> LgnCells:
    """Draw the 17,400 LGN cells of the visual field.

    Parameters
    ----------
    rng
        Source of random numbers.
    """
    types = lgn_type_table()
    per_type = types.cells_per_tile * TILES[0] * TILES[1]
    kind = np.repeat(np.arange(len(types.name)), per_type)
    tile = np.concatenate(
        [np.repeat(np.arange(TILES[0] * TILES[1]), n) for n in types.cells_per_tile]
    )
    size = np.array(FIELD_DEG) / np.array(TILES)
    x = (tile // TILES[1] + rng.random(kind.size)) * size[0]
    y = (tile % TILES[1] + rng.random(kind.size)) * size[1]
    composite = np.array([_group(name) == "composite" for name in types.name])[kind]
    angle = np.where(composite, 360.0 * rng.random(kind.size), np.nan)
    return LgnCells(
        node_id=np.arange(kind.size),
        cell_type=tuple(types.name[k] for k in kind),
        x_deg=x,
        y_deg=y,
        tuning_angle_deg=angle,
        size_deg=triangular(types.size_deg[kind], rng.random(kind.size)),
    )


def draw_lgn_edges(
    lgn: LgnCells,
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    rng: np.random.Generator,
) -> Edges:
    """Draw the connections from LGN cells to a column.

    Parameters
    ----------
    lgn
        Cells of the visual field.
    table_model
        Row of the cell table of each V1 cell, ``(n_cells,)``.
    position_um, tuning_angle_deg
        Positions ``(n_cells, 3)`` and preferred directions ``(n_cells,)``.
    rng
        Source of random numbers.

    Returns
    -------
    Edges
        In the order of target, then source. Cells whose model has LGN weight 0
        get none.
    """
    fields = _draw_fields(table_model, position_um, tuning_angle_deg, rng)
    groups = [_Group.of(name, lgn) for name in _GROUPS]
    parts = [
        group.select(fields[start : start + _TARGETS_PER_BLOCK], rng)
        for group in groups
        for start in range(0, fields.size, _TARGETS_PER_BLOCK)
    ]
    target = np.concatenate([part[0] for part in parts])
    source = np.concatenate([part[1] for part in parts])
    order = np.argsort(target * lgn.n_cells + source, kind="stable")
    target, source = target[order], source[order]
    cells = cell_table()
    model = table_model[target]
    n_synapses = lgn_projection_table().synapses[cells.population[model]]
    return Edges(
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        weight_pa=cells.lgn_weight_pa[model] * n_synapses,
        delay_ms=np.full(target.size, LGN_DELAY_MS),
        receptor=np.where(EXCITATORY[cells.population[model]], 0, 2).astype(np.int8),
        n_synapses=n_synapses.astype(np.int16),
    )


def receptive_field_centre(position_um: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the centre of the receptive field, x and y in linear degrees.

    Parameters
    ----------
    position_um
        Positions ``(n, 3)``, um.
    """
    x = np.degrees(np.tan(np.radians(DEG_PER_UM[0] * position_um[:, 0])))
    y = np.degrees(np.tan(np.radians(DEG_PER_UM[1] * position_um[:, 2])))
    return FIELD_DEG[0] / 2 + x, FIELD_DEG[1] / 2 + y


def subtype_probability(tf_hz: FloatArray, subtype_tf_hz: FloatArray) -> FloatArray:
    """Return the probability of each temporal-frequency type, rows by target.

    Parameters
    ----------
    tf_hz
        Temporal frequency of each target, ``(n,)``.
    subtype_tf_hz
        Temporal frequencies of the types, ``(n_types,)``.
    """
    distance = np.abs(tf_hz[:, None] - subtype_tf_hz)
    share = distance / distance.sum(axis=1, keepdims=True)
    probability: FloatArray = (1.0 - share) / (subtype_tf_hz.size - 1)
    return probability


@dataclass(frozen=True)
class _Fields:
    """What each connected V1 cell looks for; arrays of one length."""

    cell: NDArray[np.intp]
    x_deg: FloatArray
    y_deg: FloatArray
    direction_deg: FloatArray
    half_distance_deg: FloatArray
    half_width_deg: FloatArray
    half_length_deg: FloatArray
    is_on: BoolArray
    tf_hz: FloatArray

    @property
    def size(self) -> int:
        return int(self.cell.size)

    def __getitem__(self, which: slice | BoolArray) -> "_Fields":
        return _Fields(**{name: array[which] for name, array in vars(self).items()})


def _draw_fields(
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    rng: np.random.Generator,
) -> _Fields:
    cells, table = cell_table(), lgn_projection_table()
    population = cells.population[table_model]
    u = rng.random((6, table_model.size))

    def uniform(limits: FloatArray, draw: FloatArray) -> FloatArray:
        low, high = limits[population].T
        value: FloatArray = low + (high - low) * draw
        return value

    half_width = uniform(table.width_deg, u[2]) / 2.0
    x, y = receptive_field_centre(position_um)
    fields = _Fields(
        cell=np.arange(table_model.size),
        x_deg=x,
        y_deg=y,
        direction_deg=tuning_angle_deg,
        half_distance_deg=uniform(table.distance_deg, u[1]) / 2.0,
        half_width_deg=half_width,
        half_length_deg=half_width * uniform(table.aspect, u[3]),
        is_on=u[4] < table.on_fraction[population],
        tf_hz=_positive_poisson(table.tf_poisson_mean[population], u[5]),
    )
    has_sources = u[0] < table.probability[population]
    return fields[has_sources & (cells.lgn_weight_pa[table_model] > 0.0)]


@dataclass(frozen=True)
class _Group:
    """LGN cells that one ellipse draws from."""

    name: str
    cell: NDArray[np.intp]
    x_deg: FloatArray
    y_deg: FloatArray
    axis_deg: FloatArray
    subtype: NDArray[np.intp]
    subtype_tf_hz: FloatArray

    @classmethod
    def of(cls, name: str, lgn: LgnCells) -> "_Group":
        types = [t for t in lgn_type_table().name if _group(t) == name]
        kind = np.array([types.index(t) if t in types else -1 for t in lgn.cell_type])
        cell = np.flatnonzero(kind >= 0)
        tf = [float(t.partition("_TF")[2] or 0.0) for t in types]
        return cls(
            name,
            cell,
            lgn.x_deg[cell],
            lgn.y_deg[cell],
            lgn.tuning_angle_deg[cell],
            kind[cell],
            np.array(tf),
        )

    def select(
        self, fields: _Fields, rng: np.random.Generator
    ) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Return targets and sources of the connections drawn."""
        if self.name in ("sON", "sOFF"):
            fields = fields[fields.is_on == (self.name == "sON")]
        if fields.size == 0:
            return fields.cell, fields.cell
        shift = fields.half_distance_deg * {"tOFF": 1.0, "composite": 0.0}.get(
            self.name, -1.0
        )
        if self.name == "composite":
            length, width = fields.half_width_deg, fields.half_distance_deg / 2.0
        else:
            length, width = fields.half_length_deg, fields.half_width_deg
        reach = float((np.maximum(length, width) + np.abs(shift)).max())
        near = np.flatnonzero(
            (
                np.abs(self.x_deg - _middle(fields.x_deg))
                <= _spread(fields.x_deg) + reach
            )
            & (
                np.abs(self.y_deg - _middle(fields.y_deg))
                <= _spread(fields.y_deg) + reach
            )
        )
        dx = self.x_deg[near] - fields.x_deg[:, None]
        dy = self.y_deg[near] - fields.y_deg[:, None]
        rotation = np.radians(fields.direction_deg + 270.0)[:, None]
        cos, sin = np.cos(rotation), np.sin(rotation)
        along = (dx * cos + dy * sin) / length[:, None]
        across = (dy * cos - dx * sin - shift[:, None]) / width[:, None]
        row, column = np.nonzero(along**2 + across**2 <= 1.0)
        column = near[column]
        if self.name == "composite":
            turn = np.abs(fields.direction_deg[row] - self.axis_deg[column]) % 360.0
            off_axis = 90.0 - np.abs(np.abs(180.0 - turn) - 90.0)
            taken = off_axis < COMPOSITE_AXIS_DEG
        else:
            p = subtype_probability(fields.tf_hz, self.subtype_tf_hz)
            taken = rng.random(row.size) < p[row, self.subtype[column]]
        return fields.cell[row[taken]], self.cell[column[taken]]


def _group(cell_type: str) -> str:
    prefix = cell_type.partition("_")[0]
    return prefix if prefix in _GROUPS else "composite"


def _middle(values: FloatArray) -> float:
    return float(values.max() + values.min()) / 2.0


def _spread(values: FloatArray) -> float:
    return float(values.max() - values.min()) / 2.0


def triangular(limits: FloatArray, u: FloatArray) -> FloatArray:
    """Invert the triangular distribution; equal limits give a constant."""
    low, mode, high = limits.T
    width = np.where(high > low, high - low, 1.0)
    rising = low + np.sqrt(u * width * (mode - low))
    falling = high - np.sqrt((1.0 - u) * width * (high - mode))
    value: FloatArray = np.where(u < (mode - low) / width, rising, falling)
    return value


def _positive_poisson(mean: FloatArray, u: FloatArray) -> FloatArray:
    """Invert the Poisson distribution conditioned on not being 0."""
    k = np.arange(1, _MAX_TF + 1)
    mass = np.cumprod(mean[:, None] / k, axis=1)
    cumulative = np.cumsum(mass, axis=1)
    drawn: FloatArray = 1.0 + (u[:, None] * cumulative[:, -1:] >= cumulative).sum(
        axis=1
    )
    return drawn
