"""Connections from SONATA edge populations: weights, delays, receptors."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray, IntArray
from bridge.column.building.wiring import direction_factor
from bridge.column.edges import N_RECEPTORS, Edges
from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.sonata.cells import Nodes
from bridge.sonata.hdf5_read import EdgeRecords
from bridge.sonata.types import TypeTable, parse_query, selects

RECEPTOR_FILES = ("e2e.json", "i2e.json", "e2i.json", "i2i.json")
"""Synapse-model files of the receptor ports 0..3 (NEST counts them from 1)."""

RULES = ("DirectionRule_EE", "DirectionRule_others")
"""Weight functions of the released network that can be applied."""

_PRODUCT_TOLERANCE = 1e-6
"""Largest relative difference between weight_pA and syn_weight x nsyns: that of
a file in single precision."""


@dataclass(frozen=True)
class _EdgeTypes:
    """An edge population, its table, and where each edge stands in it."""

    records: EdgeRecords
    table: TypeTable
    kinds: IntArray
    kind_of_edge: NDArray[np.intp]

    def per_edge(self, column: str, default: float | None = None) -> FloatArray | None:
        """Return a number of each edge: its own, or that of its type."""
        if column in self.records.attributes:
            return self.records.numbers(column)
        values = [self.table.number(k, column) for k in self.kinds.tolist()]
        if default is not None:
            values = [default if v is None else v for v in values]
        if any(v is None for v in values):
            return None
        return np.array(values, dtype=np.float64)[self.kind_of_edge]


def read_connections(
    records: EdgeRecords,
    table: TypeTable,
    source: Nodes,
    target: Nodes,
    synaptic_models: Sequence[Path],
) -> Edges:
    """Turn an edge population into connections between rows of its nodes.

    The weight is ``weight_pA`` of an edge where there is one, and otherwise
    ``syn_weight`` (of the edge or its type) x ``nsyns`` x the type's weight
    function. ``n_synapses``, as our export has it, is the number of synapses too, but
    part of ``syn_weight`` already.

    Parameters
    ----------
    records, table
        Edges and edge types.
    source, target
        Node populations at the ends.
    synaptic_models
        Folders of the synapse models; names like ``e2i.json`` are known.

    Raises
    ------
    InputError
        If a value is missing, wrong or contradicts another one.
    """
    kinds, kind_of_edge = np.unique(records.type_id, return_inverse=True)
    unknown = [k for k in kinds.tolist() if k not in table.rows]
    if unknown:
        raise InputError(
            f"{table.path}: no edge type {unknown[0]}, which {records.path.name} uses"
        )
    edges = _EdgeTypes(records, table, kinds, kind_of_edge.ravel())
    source_row = source.records.rows_of(records.source_id, records.path)
    target_row = target.records.rows_of(records.target_id, records.path)
    _check_queries(edges, "source_query", source, source_row)
    _check_queries(edges, "target_query", target, target_row)
    delay = edges.per_edge("delay")
    if delay is None:
        raise InputError(f"{table.path}: an edge type has no delay")
    nsyns = edges.per_edge("nsyns", 1.0)
    assert nsyns is not None  # it has a default
    counted = edges.per_edge("n_synapses")
    n_synapses = nsyns if counted is None else counted
    for name, count in (("nsyns", nsyns), ("n_synapses", n_synapses)):
        if ((count < 1) | (count > np.iinfo(np.int16).max)).any():
            raise InputError(f"{records.path}: {name} must lie within 1..32767")
    weight = _weights(edges, nsyns, source, target, source_row, target_row)
    try:
        return Edges(
            source=source_row.astype(np.int32),
            target=target_row.astype(np.int32),
            weight_pa=weight,
            delay_ms=delay,
            receptor=_receptors(edges, synaptic_models),
            n_synapses=n_synapses.astype(np.int16),
        )
    except InputError as error:
        raise InputError(f"{records.path}: {error}") from None


def _weights(
    edges: _EdgeTypes,
    nsyns: FloatArray,
    source: Nodes,
    target: Nodes,
    source_row: IntArray,
    target_row: IntArray,
) -> FloatArray:
    records, table = edges.records, edges.table
    own = "syn_weight" in records.attributes
    if "weight_pA" in records.attributes:
        weight = records.numbers("weight_pA")
        if own:
            product = records.numbers("syn_weight") * nsyns
            wrong = np.abs(product - weight) > _PRODUCT_TOLERANCE * np.abs(weight)
            if wrong.any():
                raise InputError(
                    f"{records.path}: weight_pA of edge {int(np.argmax(wrong))} is not "
                    "syn_weight x nsyns; change both or remove weight_pA"
                )
        return weight
    unitary = edges.per_edge("syn_weight")
    if unitary is None:
        raise InputError(
            f"{table.path}: an edge type has no syn_weight, and the edges have neither "
            "syn_weight nor weight_pA"
        )
    weight = unitary * nsyns
    rule, sigma_deg = _rules(edges)
    for name in RULES:
        rows = np.flatnonzero(rule[edges.kind_of_edge] == name)
        if rows.size == 0:
            continue
        s, t = source_row[rows], target_row[rows]
        at_source, at_target = (
            {k: n.records.numbers(k)[r] for k in ("tuning_angle", "x", "z")}
            for n, r in ((source, s), (target, t))
        )
        weight[rows] *= direction_factor(
            sigma_deg[edges.kind_of_edge[rows]],
            at_target["tuning_angle"],
            at_source["tuning_angle"],
            at_target["x"] - at_source["x"],
            at_target["z"] - at_source["z"],
            between_excitatory=name == "DirectionRule_EE",
        )
    return weight


def _rules(edges: _EdgeTypes) -> tuple[NDArray[np.str_], FloatArray]:
    """Return the weight function (or ``""``) and its width of each edge type."""
    table = edges.table
    rule, sigma_deg = [], []
    for kind in edges.kinds.tolist():
        name = table.text(kind, "weight_function")
        if name in (None, "wmax", "default_weight_fnc", "set_syn_weight"):
            rule.append("")
            sigma_deg.append(1.0)
            continue
        if name not in RULES:
            raise InputError(
                f"{table.path}: weight function {name!r} of edge type {kind} is not "
                "known; give weight_pA for each edge"
            )
        sigma = table.number(kind, "weight_sigma")
        if sigma is None or sigma <= 0.0:
            raise InputError(
                f"{table.path}: edge type {kind} has no positive weight_sigma"
            )
        rule.append(name)
        sigma_deg.append(sigma)
    return np.array(rule), np.array(sigma_deg)


def _receptors(edges: _EdgeTypes, synaptic_models: Sequence[Path]) -> NDArray[np.int8]:
    ports: dict[str, int] = {}
    receptor = np.zeros(edges.kinds.size, dtype=np.int8)
    for row, kind in enumerate(edges.kinds.tolist()):
        name = edges.table.text(kind, "dynamics_params")
        if name is None:
            raise InputError(
                f"{edges.table.path}: edge type {kind} has no dynamics_params, so no "
                "receptor"
            )
        if name not in ports:
            ports[name] = _port(name, edges.table.path, synaptic_models)
        receptor[row] = ports[name]
    return receptor[edges.kind_of_edge]


def _port(name: str, table: Path, synaptic_models: Sequence[Path]) -> int:
    for folder in synaptic_models:
        if (folder / name).is_file():
            port = read_json(folder / name).get("receptor_type")
            if not isinstance(port, int) or not 1 <= port <= N_RECEPTORS:
                raise InputError(
                    f"{folder / name}: receptor_type is {port!r}, not 1..{N_RECEPTORS}"
                )
            return port - 1
    if name in RECEPTOR_FILES:
        return RECEPTOR_FILES.index(name)
    raise InputError(
        f"{table}: synapse model {name} is not in the components; give their folder"
    )


def _check_queries(
    edges: _EdgeTypes, column: str, nodes: Nodes, row_of_edge: IntArray
) -> None:
    """Refuse edges whose type is meant for other nodes than theirs."""
    types, path = nodes.types, edges.table.path
    used, type_of_node = np.unique(nodes.records.type_id, return_inverse=True)
    allowed = np.ones((edges.kinds.size, used.size), dtype=bool)
    for row, kind in enumerate(edges.kinds.tolist()):
        query = edges.table.text(kind, column)
        try:
            conditions = parse_query(query)
        except InputError as error:
            raise InputError(f"{path}: edge type {kind}: {error}") from None
        for name in conditions or {}:
            if name not in types.columns:
                raise InputError(
                    f"{path}: edge type {kind} asks for {name}, a column that "
                    f"{types.path.name} does not have"
                )
        allowed[row] = [selects(conditions, types.rows[t]) for t in used.tolist()]
        if not allowed[row].any():
            raise InputError(
                f"{path}: {column} {query!r} of edge type {kind} selects no node of "
                f"{nodes.records.name}"
            )
    wrong = ~allowed[edges.kind_of_edge, type_of_node.ravel()[row_of_edge]]
    if wrong.any():
        edge = int(np.argmax(wrong))
        raise InputError(
            f"{edges.records.path}: edge {edge} has type "
            f"{edges.records.type_id[edge]}, whose {column} does not select its "
            f"{column.removesuffix('_query')} node"
        )
