"""Read a column from SONATA files, ours or others'."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.sonata.cells import Nodes, classify, read_cells, read_lgn
from bridge.sonata.edges import read_connections
from bridge.sonata.files import NetworkFiles, find_network, simulation_of
from bridge.sonata.hdf5_read import open_hdf5, read_edges, read_nodes
from bridge.sonata.input_rates import NodeRates, node_rates
from bridge.sonata.types import read_types


def read_sonata(
    path: str | Path,
    *,
    components: str | Path | None = None,
    background_hz: float | None = None,
) -> Column:
    """Read a column; one that we wrote comes back with the same hash.

    Populations are recognised by their types: ``point_neuron`` cells (exactly one
    population), and virtual inputs from the LGN, the background and, in our own
    files, the surround. Cells get their population from ``pop_name`` or
    ``cell_line``. In files of others, the LGN keeps only cells with a connection
    of nonzero weight, background connections of weight 0 are left out, and there
    is no surround.

    Parameters
    ----------
    path
        Folder, circuit configuration or simulation configuration.
    components
        Folder of cell and synapse models; default: what the configuration says
        or lies near the network. Cell models that have no file are taken from the
        published tables.
    background_hz
        Rate of background nodes that state none as ``rate_hz`` and have no spike
        trains in the simulation configuration, Hz; default: that of the released
        column, 1000 Hz.

    Returns
    -------
    Column
        Cells and connections in the order of the files.

    Raises
    ------
    InputError
        If a file is missing, broken or contradicts another one, names come
        from another model, or ``background_hz`` has no effect.
    """
    path = Path(path)
    _check_rate(background_hz)
    files = find_network(path, None if components is None else Path(components))
    nodes = _nodes(files)
    cells_nodes = _cell_population(nodes, path)
    name = _name_of_our_export(cells_nodes)
    ours = name is not None
    cells = read_cells(cells_nodes, files.cell_models, keep_unused=ours)
    found = _connections(files, nodes, cells_nodes)
    lgn, lgn_edges = _lgn(nodes, found, keep_all=ours)
    rates = _rates(nodes, path, background_hz)
    if background_hz is not None and all(found.states_them for found in rates.values()):
        raise InputError(
            f"{path}: a background rate of {background_hz:g} Hz has no effect: the "
            "files say the rate, or have no background"
        )
    recurrent = [edges for source, edges in found if source is cells_nodes]
    return Column(
        name=name or files.name,
        cell_models=cells.cell_models,
        population=cells.population,
        cell_model=cells.cell_model,
        position_um=cells.position_um,
        tuning_angle_deg=cells.tuning_angle_deg,
        recurrent=_joined(recurrent),
        lgn=lgn,
        lgn_edges=lgn_edges,
        background=_streams(found, "background", rates, keep_all=ours),
        surround=_streams(found, "surround", rates, keep_all=ours),
        node_id=cells_nodes.records.node_id,
        node_population=cells_nodes.records.name,
    )


def _nodes(files: NetworkFiles) -> dict[str, Nodes]:
    nodes: dict[str, Nodes] = {}
    for data, types_path in files.nodes:
        types = read_types(types_path, "node_type_id")
        for records in read_nodes(data):
            if records.name in nodes:
                raise InputError(f"{data}: node population {records.name} occurs twice")
            nodes[records.name] = classify(records, types)
    return nodes


def _cell_population(nodes: dict[str, Nodes], path: Path) -> Nodes:
    cells = [n for n in nodes.values() if n.role == "cells"]
    if len(cells) != 1:
        names = ", ".join(n.records.name for n in cells) or "none"
        raise InputError(
            f"{path}: a column is one population of point_neuron cells, found {names}"
        )
    return cells[0]


def _name_of_our_export(cells: Nodes) -> str | None:
    with open_hdf5(cells.records.path) as file:
        name = file.attrs.get("column_name")
    return None if name is None else str(name)


def _connections(
    files: NetworkFiles, nodes: dict[str, Nodes], cells: Nodes
) -> list[tuple[Nodes, Edges]]:
    """Return each edge population onto the cells, with its source nodes."""
    found = []
    for data, types_path in files.edges:
        types = read_types(types_path, "edge_type_id")
        for records in read_edges(data):
            for name in (records.source_population, records.target_population):
                if name not in nodes:
                    raise InputError(
                        f"{data}: edges of node population {name}, for which there is "
                        "no nodes file"
                    )
            source = nodes[records.source_population]
            if nodes[records.target_population] is not cells:
                raise InputError(
                    f"{data}: edges end on {records.target_population}, only edges "
                    f"onto the cells ({cells.records.name}) can be read"
                )
            edges = read_connections(
                records, types, source, cells, files.synaptic_models
            )
            found.append((source, edges))
    return found


def _joined(parts: Sequence[Edges]) -> Edges:
    if len(parts) == 1:
        return parts[0]
    return Edges(
        **{
            field.name: np.concatenate(
                [getattr(part, field.name) for part in parts] or [np.zeros(0)]
            )
            for field in fields(Edges)
        }
    )


def _kept(edges: Edges, rows: AnyArray) -> Edges:
    return Edges(**{f.name: getattr(edges, f.name)[rows] for f in fields(Edges)})


def _lgn(
    nodes: dict[str, Nodes], found: Sequence[tuple[Nodes, Edges]], *, keep_all: bool
) -> tuple[LgnCells, Edges]:
    populations = [n for n in nodes.values() if n.role == "lgn"]
    if len(populations) > 1:
        names = ", ".join(n.records.name for n in populations)
        raise InputError(f"more than one LGN population: {names}")
    edges = _joined([e for source, e in found if source.role == "lgn"])
    if not populations:
        none = np.zeros(0)
        return LgnCells(none.astype(np.int64), (), none, none, none, none), edges
    cells = read_lgn(populations[0])
    if keep_all:
        return cells, edges
    edges = _kept(edges, edges.weight_pa != 0.0)
    rows, source = np.unique(edges.source, return_inverse=True)
    connected = {f.name: getattr(edges, f.name) for f in fields(Edges)}
    connected["source"] = source.ravel()
    return cells.select(rows), Edges(**connected)


def _rates(
    nodes: Mapping[str, Nodes], path: Path, background_hz: float | None
) -> dict[str, NodeRates]:
    """Return the rates of each background and surround population."""
    rates = {}
    for name, virtual in nodes.items():
        if virtual.role not in ("background", "surround"):
            continue
        records = virtual.records
        stated = (
            records.numbers("rate_hz")
            if "rate_hz" in records.attributes
            else np.full(records.n_nodes, np.nan)
        )
        simulation = simulation_of(path) if np.isnan(stated).any() else None
        rates[name] = node_rates(
            name, records.node_id, stated, simulation, background_hz
        )
    return rates


def _check_rate(background_hz: float | None) -> None:
    if background_hz is not None and not 0.0 <= background_hz < np.inf:
        raise InputError(f"background_hz {background_hz:g}: must be 0 or more")


def _streams(
    found: Sequence[tuple[Nodes, Edges]],
    role: str,
    rates: Mapping[str, NodeRates],
    *,
    keep_all: bool,
) -> PoissonInput:
    """Return one Poisson stream per connection from nodes of a role."""
    columns: dict[str, list[AnyArray]] = {
        field.name: [np.zeros(0)] for field in fields(PoissonInput)
    }
    for source, edges in found:
        if source.role != role:
            continue
        kept = edges if keep_all else _kept(edges, edges.weight_pa != 0.0)
        columns["target"].append(kept.target)
        columns["rate_hz"].append(rates[source.records.name].rate_hz[kept.source])
        columns["weight_pa"].append(kept.weight_pa)
        columns["delay_ms"].append(kept.delay_ms)
        columns["receptor"].append(kept.receptor)
        columns["source_population"].append(_source_populations(source)[kept.source])
    return PoissonInput(**{name: np.concatenate(c) for name, c in columns.items()})


def _source_populations(source: Nodes) -> NDArray[np.int8]:
    """Return the population that each node of a surround stands for, -1 if none."""
    numbers = {}
    for type_id in np.unique(source.records.type_id).tolist():
        name = source.types.text(type_id, "pop_name")
        if source.role == "surround" and name not in POPULATIONS:
            raise InputError(
                f"{source.types.path}: pop_name {name!r} of surround type {type_id} is "
                "none of the 17 populations"
            )
        numbers[type_id] = POPULATIONS.index(name) if source.role == "surround" else -1
    return np.array([numbers[t] for t in source.records.type_id.tolist()], np.int8)
