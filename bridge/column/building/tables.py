"""The published figures of the Allen V1 GLIF column, read from ``data/*.csv``.

Every table names its source in its first line. The figures are those of
Billeh et al. 2020 (Neuron 106:388-403) and of the builder that accompanies the
released network; the tables themselves are arranged for this project:

* a unitary weight factorises into a row per target cell line and source cell
  line and one scale per target cell model (to 2e-11 of the released values);
* pairs of populations without connections are not listed.
"""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.populations import POPULATIONS

TAU_SYN_MS = (5.5, 8.5, 2.8, 5.8)
"""Synaptic time constants of the receptors e2e, i2e, e2i, i2i, ms."""

FULL_RADIUS_UM = 845.0
"""Radius of the full model's cylinder, um."""

NORMALISATION_RADIUS_UM = 75.0
"""Radius within which the listed connection probability is the average, um."""

MIN_SYNAPSES, MAX_SYNAPSES = 3, 7
"""Synapses of a connected pair: a uniform integer between these, inclusive."""

LGN_DELAY_MS = 1.7
BACKGROUND_DELAY_MS = 1.0
BACKGROUND_RATE_HZ = 1000.0


@dataclass(frozen=True)
class PopulationTable:
    """Populations of the full model, arrays of shape ``(17,)``.

    Attributes
    ----------
    count
        Cells in the full model (230,924 together).
    depth_min_um, depth_max_um
        Depth range, um.
    reference_rate_hz
        Mean rate of a published simulation, Hz: the rate that the missing
        surround is assumed to have.
    """

    count: IntArray
    depth_min_um: FloatArray
    depth_max_um: FloatArray
    reference_rate_hz: FloatArray


@dataclass(frozen=True)
class CellTable:
    """The 111 cell models, arrays of shape ``(111,)`` unless said otherwise.

    Attributes
    ----------
    node_type_id, count
        Allen's number and cells of the model in the full network.
    line
        Index into ``LineTable.name``.
    population
        Index into ``POPULATIONS``.
    c_m_pf, g_ns, e_l_mv, v_th_mv, t_ref_ms
        Capacitance, leak, rest (= reset), threshold, refractory period.
    asc_amps_pa, asc_decay_per_ms
        After-spike currents, ``(111, 2)``.
    weight_scale
        Factor on the line's row of unitary weights.
    lgn_weight_pa, background_weight_pa
        Weight of one LGN or background synapse, pA.
    """

    node_type_id: IntArray
    count: IntArray
    line: IntArray
    population: IntArray
    c_m_pf: FloatArray
    g_ns: FloatArray
    e_l_mv: FloatArray
    v_th_mv: FloatArray
    t_ref_ms: FloatArray
    asc_amps_pa: FloatArray
    asc_decay_per_ms: FloatArray
    weight_scale: FloatArray
    lgn_weight_pa: FloatArray
    background_weight_pa: FloatArray


@dataclass(frozen=True)
class LineTable:
    """The 21 cell lines.

    Attributes
    ----------
    name
        Allen's ``pop_name``.
    population
        Index into ``POPULATIONS``, ``(21,)``.
    count
        Cells in the full model, ``(21,)``.
    background_synapses
        Synapses of the background source on a cell, ``(21,)``.
    unitary_weight_pa
        Weight of one synapse onto a model with scale 1, pA, ``(21, 21)``
        ``[target, source]``; 0 where there is no connection.
    """

    name: tuple[str, ...]
    population: IntArray
    count: IntArray
    background_synapses: IntArray
    unitary_weight_pa: FloatArray


@dataclass(frozen=True)
class RuleTable:
    """Connection rule of each pair, arrays ``(17, 17)`` ``[target, source]``.

    Attributes
    ----------
    probability
        Connection probability averaged within 75 um; 0: not connected.
    sigma_um
        Width of its Gaussian, um (1 where not connected).
    ratio_90
        Ratio of the probabilities at 90 and 0 degrees between preferred
        orientations; 1 where orientation plays no part.
    delay_ms
        Delay, ms (1 where not connected).
    """

    probability: FloatArray
    sigma_um: FloatArray
    ratio_90: FloatArray
    delay_ms: FloatArray


@dataclass(frozen=True)
class LgnTypeTable:
    """The 14 LGN types: name, cells per tile and the spread of spatial sizes.

    ``size_deg`` holds minimum, mode and maximum of a triangular distribution,
    degrees, ``(14, 3)``; three equal values are a constant.
    """

    name: tuple[str, ...]
    cells_per_tile: IntArray
    size_deg: FloatArray


@dataclass(frozen=True)
class LgnProjectionTable:
    """How the cells of each population choose LGN sources, ``(17,)`` arrays.

    Attributes
    ----------
    probability
        Probability that a cell has LGN sources.
    synapses
        Synapses of one source.
    tf_poisson_mean
        Mean of the Poisson draw of the preferred temporal frequency, Hz.
    on_fraction
        Fraction of cells whose sustained subfield is ON.
    distance_deg, width_deg, aspect
        Ranges of the distance between the subfields, their width (degrees)
        and their length over width, ``(17, 2)``.
    """

    probability: FloatArray
    synapses: IntArray
    tf_poisson_mean: FloatArray
    on_fraction: FloatArray
    distance_deg: FloatArray
    width_deg: FloatArray
    aspect: FloatArray


Rows = list[dict[str, str]]


def _rows(name: str) -> Rows:
    text = (files("bridge.column") / "data" / name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()[1:]))


def _floats(rows: Rows, *columns: str) -> FloatArray:
    values = np.array([[float(row[c]) for c in columns] for row in rows])
    return values[:, 0] if len(columns) == 1 else values


def _integers(rows: Rows, column: str) -> IntArray:
    return np.array([int(row[column]) for row in rows], dtype=np.int64)


@cache
def population_table() -> PopulationTable:
    """Return the populations of the full model."""
    rows = _rows("populations.csv")
    return PopulationTable(
        count=_integers(rows, "count"),
        depth_min_um=_floats(rows, "depth_min_um"),
        depth_max_um=_floats(rows, "depth_max_um"),
        reference_rate_hz=_floats(rows, "reference_rate_hz"),
    )


@cache
def line_table() -> LineTable:
    """Return the cell lines and the unitary weights between them."""
    rows = _rows("cell_lines.csv")
    name = tuple(row["pop_name"] for row in rows)
    count = dict.fromkeys(name, 0)
    for row in _rows("cell_models.csv"):
        count[row["pop_name"]] += int(row["count"])
    weights = _rows("unitary_weights.csv")
    return LineTable(
        name=name,
        population=np.array([POPULATIONS.index(row["population"]) for row in rows]),
        count=np.array([count[line] for line in name]),
        background_synapses=_integers(rows, "background_synapses"),
        unitary_weight_pa=np.array(
            [[float(row[source] or 0.0) for source in name] for row in weights]
        ),
    )


@cache
def cell_table() -> CellTable:
    """Return the cell models, in the order of their populations."""
    rows = _rows("cell_models.csv")
    lines = line_table()
    line = np.array([lines.name.index(row["pop_name"]) for row in rows])
    return CellTable(
        node_type_id=_integers(rows, "node_type_id"),
        count=_integers(rows, "count"),
        line=line,
        population=lines.population[line],
        c_m_pf=_floats(rows, "c_m_pf"),
        g_ns=_floats(rows, "g_ns"),
        e_l_mv=_floats(rows, "e_l_mv"),
        v_th_mv=_floats(rows, "v_th_mv"),
        t_ref_ms=_floats(rows, "t_ref_ms"),
        asc_amps_pa=_floats(rows, "asc_amp_1_pa", "asc_amp_2_pa"),
        asc_decay_per_ms=_floats(rows, "asc_decay_1_per_ms", "asc_decay_2_per_ms"),
        weight_scale=_floats(rows, "weight_scale"),
        lgn_weight_pa=_floats(rows, "lgn_weight_pa"),
        background_weight_pa=_floats(rows, "background_weight_pa"),
    )


@cache
def rule_table() -> RuleTable:
    """Return the connection rules between populations."""
    shape = (len(POPULATIONS), len(POPULATIONS))
    table = RuleTable(np.zeros(shape), np.ones(shape), np.ones(shape), np.ones(shape))
    for row in _rows("connection_rules.csv"):
        pair = POPULATIONS.index(row["target"]), POPULATIONS.index(row["source"])
        table.probability[pair] = float(row["probability"])
        table.sigma_um[pair] = float(row["sigma_um"])
        table.ratio_90[pair] = float(row["ratio_90"] or 1.0)
        table.delay_ms[pair] = float(row["delay_ms"])
    return table


@cache
def lgn_type_table() -> LgnTypeTable:
    """Return the LGN types."""
    rows = _rows("lgn_types.csv")
    return LgnTypeTable(
        name=tuple(row["cell_type"] for row in rows),
        cells_per_tile=_integers(rows, "cells_per_tile"),
        size_deg=_floats(rows, "size_min_deg", "size_mode_deg", "size_max_deg"),
    )


@cache
def lgn_projection_table() -> LgnProjectionTable:
    """Return how each population chooses its LGN sources."""
    rows = _rows("lgn_projection.csv")
    return LgnProjectionTable(
        probability=_floats(rows, "probability"),
        synapses=_integers(rows, "synapses"),
        tf_poisson_mean=_floats(rows, "tf_poisson_mean"),
        on_fraction=_floats(rows, "on_fraction"),
        distance_deg=_floats(rows, "distance_min_deg", "distance_max_deg"),
        width_deg=_floats(rows, "width_min_deg", "width_max_deg"),
        aspect=_floats(rows, "aspect_min", "aspect_max"),
    )
