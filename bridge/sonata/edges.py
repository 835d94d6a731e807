"""Connections from SONATA edge populations: weights, delays, receptors."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.building.wiring import direction_factor
from bridge.column.edges import Edges
from bridge.errors import InputError
from bridge.sonata.cells import Nodes
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known import DIRECTION_RULES, EDGES, PLAIN_WEIGHTS
from bridge.sonata.reading.records import EdgeRecords
from bridge.sonata.reading.synapses import read_receptors

_PRODUCT_TOLERANCE = 1e-6
"""Largest relative difference between weight_pA and syn_weight x nsyns: that of
a file in single precision."""

_MOST_SYNAPSES = np.iinfo(np.int16).max


class Connections(NamedTuple):
    """Connections of an edge population.

    Attributes
    ----------
    edges
        Connections between rows of the nodes.
    synapses_stood_in
        Synapse models without a file.
    """

    edges: Edges
    synapses_stood_in: tuple[str, ...]


def read_connections(
    records: EdgeRecords, source: Nodes, target: Nodes, synaptic_models: Sequence[Path]
) -> Connections:
    """Turn an edge population into connections between rows of its nodes.

    The weight is ``weight_pA`` of an edge where there is one, and otherwise
    ``syn_weight`` x ``nsyns`` (1 where none is given) x the type's weight function.
    Each value is the edge's own, else that of its type. ``n_synapses`` counts the
    synapses of a connection and does not multiply its weight.

    Parameters
    ----------
    records
        Edges and edge types.
    source, target
        Node populations at the ends.
    synaptic_models
        Folders of the synapse models.

    Raises
    ------
    InputError
        If a value is missing, wrong or contradicts another one, or something cannot
        be honoured.
    """
    check_names(records.names, EDGES, f"{records.path}: {records.name}")
    source_row = source.records.rows_of(records.source_id, records.path)
    target_row = target.records.rows_of(records.target_id, records.path)
    nsyns = _synapses(records, "nsyns", 1.0)
    counted = records.given("n_synapses") & records.given("nsyns")
    n_synapses = np.where(
        records.given("n_synapses"), _synapses(records, "n_synapses", 1.0), nsyns
    )
    if (counted & (n_synapses != nsyns)).any():
        raise InputError(
            f"{records.path}: nsyns and n_synapses of edge "
            f"{int(np.argmax(counted & (n_synapses != nsyns)))} differ; remove one"
        )
    receptors = read_receptors(records, synaptic_models)
    try:
        edges = Edges(
            source=source_row.astype(np.int32),
            target=target_row.astype(np.int32),
            weight_pa=_weights(records, nsyns, source, target, source_row, target_row),
            delay_ms=records.numbers("delay"),
            receptor=receptors.port,
            n_synapses=n_synapses.astype(np.int16),
        )
    except InputError as error:
        if str(error).startswith("edges:"):  # that of the column, which knows no files
            raise InputError(f"{records.path}: {error}") from None
        raise
    return Connections(edges, receptors.stood_in)


def _synapses(records: EdgeRecords, name: str, default: float) -> FloatArray:
    numbers = records.numbers(name, default)
    wrong = (numbers < 1) | (numbers > _MOST_SYNAPSES) | (numbers != np.rint(numbers))
    if wrong.any():
        raise InputError(
            f"{records.path}: {name} of edge {int(np.argmax(wrong))} is "
            f"{numbers[int(np.argmax(wrong))]:g}; {name} must lie within "
            f"1..{_MOST_SYNAPSES} and be whole"
        )
    return numbers


def _weights(
    records: EdgeRecords,
    nsyns: FloatArray,
    source: Nodes,
    target: Nodes,
    source_row: IntArray,
    target_row: IntArray,
) -> FloatArray:
    final = records.given("weight_pA")
    weight = records.numbers("weight_pA", np.nan)
    own = records.own.get("syn_weight")
    if own is not None:
        product = records.numbers("syn_weight", 0.0) * nsyns
        wrong = np.abs(product - weight) > _PRODUCT_TOLERANCE * np.abs(weight)
        wrong &= own.given & final
        if wrong.any():
            raise InputError(
                f"{records.path}: weight_pA of edge {int(np.argmax(wrong))} is not "
                "syn_weight x nsyns; change both or remove weight_pA"
            )
    if final.all():
        return weight
    rows = np.flatnonzero(~final)
    factor = np.ones(rows.size)
    names, place = records.texts("weight_function")
    for number, name in enumerate(names):
        of_rule = np.flatnonzero(place[rows] == number)
        if of_rule.size == 0 or name is None or name in PLAIN_WEIGHTS:
            continue
        if name not in DIRECTION_RULES:
            raise InputError(
                f"{records.types.path}: weight function {name!r} of "
                f"{records.name} is not known; give weight_pA for each edge"
            )
        chosen = rows[of_rule]
        factor[of_rule] = _direction(
            records, chosen, source, target, source_row, target_row, name
        )
    unitary = records.numbers("syn_weight", 0.0 if final.any() else None)
    lacking = rows[~records.given("syn_weight")[rows]]
    if lacking.size:
        raise InputError(
            f"{records.path}: edge {int(lacking[0])} has neither weight_pA nor "
            "syn_weight"
        )
    weight[rows] = unitary[rows] * nsyns[rows] * factor
    return weight


def _direction(
    records: EdgeRecords,
    rows: NDArray[np.intp],
    source: Nodes,
    target: Nodes,
    source_row: IntArray,
    target_row: IntArray,
    name: str,
) -> FloatArray:
    """Return the factor of a rule of the released network for some edges."""
    given = records.given("weight_sigma")[rows]
    sigma_deg = records.numbers("weight_sigma", 0.0)[rows]
    if not given.all() or sigma_deg.min() <= 0.0:
        row = rows[int(np.argmin(given & (sigma_deg > 0.0)))]
        raise InputError(
            f"{records.types.path}: edge type {records.type_id[row]} has no positive "
            "weight_sigma"
        )
    at_source, at_target = (
        {k: nodes.records.numbers(k)[r[rows]] for k in ("tuning_angle", "x", "z")}
        for nodes, r in ((source, source_row), (target, target_row))
    )
    return direction_factor(
        sigma_deg,
        at_target["tuning_angle"],
        at_source["tuning_angle"],
        at_target["x"] - at_source["x"],
        at_target["z"] - at_source["z"],
        between_excitatory=name == "DirectionRule_EE",
    )
