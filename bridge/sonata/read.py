"""Read a column from SONATA files, ours or others'."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.hdf5.reading import open_hdf5
from bridge.sonata.cells import Nodes, classify, read_cells, read_lgn
from bridge.sonata.edges import read_connections
from bridge.sonata.files import NetworkFiles, find_network, simulation_of
from bridge.sonata.hdf5_read import read_edges, read_nodes
from bridge.sonata.input_rates import NodeRates, node_rates
from bridge.sonata.reading.node_names import check_nodes
from bridge.sonata.reading.records import EdgeRecords
from bridge.sonata.reading.report import Reading
from bridge.sonata.types import read_types


class Network(NamedTuple):
    """A column, and what was read of the files.

    Attributes
    ----------
    column
        The column.
    reading
        What was used, left out and assumed.
    """

    column: Column
    reading: Reading


def read_sonata(
    path: str | Path,
    *,
    components: str | Path | None = None,
    background_hz: float | None = None,
) -> Column:
    """Read a column; one that we wrote comes back with the same hash.

    Parameters
    ----------
    path, components, background_hz
        See :func:`read_network`.

    Returns
    -------
    Column
        Cells and connections in the order of the files.

    Raises
    ------
    InputError
        As :func:`read_network`.
    """
    return read_network(path, components=components, background_hz=background_hz).column


def read_network(
    path: str | Path,
    *,
    components: str | Path | None = None,
    background_hz: float | None = None,
) -> Network:
    """Read a column, and say what was used of the files.

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
        or lies near the network.
    background_hz
        Rate of background nodes that state none as ``rate_hz`` and have no spike
        trains in the simulation configuration, Hz; default: that of the released
        column, 1000 Hz.

    Raises
    ------
    InputError
        If a file is missing, broken or contradicts another one, holds what is not
        known or cannot be honoured, names come from another model, or
        ``background_hz`` has no effect.
    """
    path = Path(path)
    _check_rate(background_hz)
    files = find_network(path, None if components is None else Path(components))
    nodes = _nodes(files)
    edge_records = _edge_records(files)
    unused = check_nodes(nodes, edge_records)
    cells_nodes = _cell_population(nodes, path)
    name = _name_of_our_export(cells_nodes)
    ours = name is not None
    cells = read_cells(cells_nodes, files.cell_models, keep_unused=ours)
    found = _connections(files, edge_records, nodes, cells_nodes)
    lgn, lgn_edges, n_left_out = _lgn(nodes, found, keep_all=ours)
    rates = _rates(nodes, path, background_hz)
    if background_hz is not None and all(found.states_them for found in rates.values()):
        raise InputError(
            f"{path}: a background rate of {background_hz:g} Hz has no effect: the "
            "files say the rate, or have no background"
        )
    recurrent = [c.edges for c in found if c.source is cells_nodes]
    try:
        column = Column(
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
    except InputError as error:
        raise InputError(f"{path}: {error}") from None
    hz = column.background.rate_hz
    n_edges: Counter[str] = Counter()
    for c in found:
        n_edges[c.records.name] += c.edges.n_edges
    reading = Reading(
        name=column.name,
        is_own_export=ours,
        n_cells=column.n_cells,
        edges=dict(n_edges),
        groups={
            records.name: records.n_groups
            for records in (*(n.records for n in nodes.values()), *edge_records)
        },
        lgn_cells=lgn.n_cells,
        lgn_cells_without_connection=n_left_out,
        background_streams=column.background.n_streams,
        background_nodes=_n_background_nodes(found, keep_all=ours),
        surround_streams=column.surround.n_streams,
        background_hz=(float(hz.min()), float(hz.max())) if hz.size else None,
        background_from=_background_from(nodes, rates),
        cells_from_tables=tuple(map(str, cells.from_tables)),
        synapses_from_tables=tuple(
            sorted({name for c in found for name in c.synapses_stood_in})
        ),
        inputs_not_used=tuple(
            name
            for name in files.inputs
            if name not in {found.of_input for found in rates.values()}
        ),
        attributes_not_used=unused,
        dt_ms=files.dt_ms,
    )
    return Network(column, reading)


class _Found(NamedTuple):
    """An edge population onto the cells, with its source nodes."""

    source: Nodes
    records: EdgeRecords
    edges: Edges
    synapses_stood_in: tuple[str, ...]


def _nodes(files: NetworkFiles) -> dict[str, Nodes]:
    nodes: dict[str, Nodes] = {}
    for file in files.nodes:
        types = None if file.types is None else read_types(file.types, "node_type_id")
        for records in read_nodes(file.data, types, file.populations):
            if records.name in nodes:
                raise InputError(
                    f"{file.data}: node population {records.name} occurs twice"
                )
            nodes[records.name] = classify(records, file.kind_of(records.name))
    return nodes


def _edge_records(files: NetworkFiles) -> list[EdgeRecords]:
    found: dict[tuple[Path, str], EdgeRecords] = {}
    for file in files.edges:
        types = None if file.types is None else read_types(file.types, "edge_type_id")
        for records in read_edges(file.data, types, file.populations):
            key = (file.data.resolve(), records.name)
            if key in found:
                raise InputError(
                    f"{file.data}: edge population {records.name} is read twice"
                )
            found[key] = records
    return list(found.values())


def _rates(
    nodes: Mapping[str, Nodes], path: Path, background_hz: float | None
) -> dict[str, NodeRates]:
    """Return the rates of each background and surround population."""
    stated = {
        name: np.where(
            virtual.records.given("rate_hz"),
            virtual.records.numbers("rate_hz", 0.0),
            np.nan,
        )
        for name, virtual in nodes.items()
        if virtual.role in ("background", "surround")
    }
    is_lacking = any(np.isnan(rates).any() for rates in stated.values())
    simulation = simulation_of(path) if is_lacking else None
    return {
        name: node_rates(
            name, nodes[name].records.node_id, own, simulation, background_hz
        )
        for name, own in stated.items()
    }


def _check_rate(background_hz: float | None) -> None:
    if background_hz is not None and not 0.0 <= background_hz < np.inf:
        raise InputError(f"background_hz {background_hz:g}: must be 0 or more")


def _background_from(nodes: Mapping[str, Nodes], rates: Mapping[str, NodeRates]) -> str:
    """Say where the rates of the background come from."""
    background = [name for name, n in nodes.items() if n.role == "background"]
    return ", ".join(dict.fromkeys(rates[name].origin for name in background)) or "none"


def _cell_population(nodes: dict[str, Nodes], path: Path) -> Nodes:
    cells = [n for n in nodes.values() if n.role == "cells"]
    if len(cells) != 1:
        names = ", ".join(n.records.name for n in cells) or "none"
        raise InputError(
            f"{path}: a column is one population of point_neuron cells, found {names}"
        )
    return cells[0]


def _name_of_our_export(cells: Nodes) -> str | None:
    with open_hdf5(cells.records.path, "nodes file") as file:
        name = file.attribute("column_name")
    return None if name is None else str(name)


def _connections(
    files: NetworkFiles,
    edge_records: Sequence[EdgeRecords],
    nodes: dict[str, Nodes],
    cells: Nodes,
) -> list[_Found]:
    found = []
    for records in edge_records:
        for name in (records.source_population, records.target_population):
            if name not in nodes:
                raise InputError(
                    f"{records.path}: edges of node population {name}, for which there "
                    "is no nodes file"
                )
        source = nodes[records.source_population]
        if nodes[records.target_population] is not cells:
            raise InputError(
                f"{records.path}: edges end on {records.target_population}, only edges "
                f"onto the cells ({cells.records.name}) can be read"
            )
        connections = read_connections(records, source, cells, files.synaptic_models)
        found.append(_Found(source, records, *connections))
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
    nodes: dict[str, Nodes], found: Sequence[_Found], *, keep_all: bool
) -> tuple[LgnCells, Edges, int]:
    """Return the LGN cells, their connections, and how many cells have none."""
    populations = [n for n in nodes.values() if n.role == "lgn"]
    if len(populations) > 1:
        names = ", ".join(n.records.name for n in populations)
        raise InputError(f"more than one LGN population: {names}")
    edges = _joined([c.edges for c in found if c.source.role == "lgn"])
    if not populations:
        none = np.zeros(0)
        return LgnCells(none.astype(np.int64), (), none, none, none, none), edges, 0
    cells = read_lgn(populations[0])
    if keep_all:
        return cells, edges, 0
    edges = _kept(edges, edges.weight_pa != 0.0)
    rows, source = np.unique(edges.source, return_inverse=True)
    edges = replace(edges, source=source.ravel().astype(np.int32))
    return cells.select(rows), edges, cells.n_cells - rows.size


def _streams(
    found: Sequence[_Found],
    role: str,
    rates: Mapping[str, NodeRates],
    *,
    keep_all: bool,
) -> PoissonInput:
    """Return one Poisson stream per connection from nodes of a role."""
    columns: dict[str, list[AnyArray]] = {
        field.name: [np.zeros(0)] for field in fields(PoissonInput)
    }
    for source, _, edges, _ in found:
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


def _n_background_nodes(found: Sequence[_Found], *, keep_all: bool) -> int:
    """Return how many nodes the background streams are of."""
    return sum(
        np.unique(c.edges.source[(c.edges.weight_pa != 0.0) | keep_all]).size
        for c in found
        if c.source.role == "background"
    )


def _source_populations(source: Nodes) -> NDArray[np.int8]:
    """Return the population that each node of a surround stands for, -1 if none."""
    records = source.records
    if source.role != "surround":
        return np.full(records.n_nodes, -1, np.int8)
    names, place = records.texts("pop_name")
    for number, name in enumerate(names):
        if name not in POPULATIONS:
            type_id = records.type_id[int(np.argmax(place == number))]
            raise InputError(
                f"{records.types.path}: pop_name {name!r} of surround type {type_id} "
                "is none of the 17 populations"
            )
    return np.array([POPULATIONS.index(str(name)) for name in names], np.int8)[place]
