"""Node and edge populations in SONATA's HDF5 layout."""

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np

from bridge.arrays import AnyArray, IntArray
from bridge.errors import InputError
from bridge.files.hdf5.reading import Hdf5Group, open_hdf5
from bridge.sonata.reading.known import EDGES, NODES_OF_ROLE
from bridge.sonata.reading.records import EdgeRecords, NodeRecords, OwnValues
from bridge.sonata.types import EMPTY, TypeTable

_PARAMETERS = "dynamics_params"
_LIBRARY = "@library"
_OF_POPULATION = {
    "nodes": {"node_id", "node_type_id", "node_group_id", "node_group_index"},
    "edges": {
        "source_node_id",
        "target_node_id",
        "edge_type_id",
        "edge_group_id",
        "edge_group_index",
        # where the edges of a node are, also as older files call it
        "indices",
        "indicies",
        "incidies",
        "index_pointer",
    },
}
_USED = {
    "nodes": {name for known in NODES_OF_ROLE.values() for name in known.read},
    "edges": set(EDGES.read),
}


def read_nodes(
    path: Path, types: TypeTable | None, chosen: Collection[str] | None = None
) -> list[NodeRecords]:
    """Read the node populations of a file.

    Parameters
    ----------
    path
        HDF5 file.
    types
        Their table of types; ``None`` where all stands in the HDF5 file.
    chosen
        Names of the populations that are read; ``None`` reads all.

    Raises
    ------
    InputError
        If the file is missing, broken or incomplete, or holds something unknown.
    """
    with open_hdf5(path, "nodes file") as file:
        found = []
        for name, group in _populations(file, "nodes", chosen):
            type_id = _ids(group, "node_type_id")
            n = type_id.size
            node_id = np.arange(n)
            if "node_id" in group:
                node_id = _ids(group, "node_id", n)
            if np.unique(node_id).size != node_id.size:
                raise InputError(f"{path}: a node_id of {name} occurs twice")
            table = _checked(types, path, type_id, "node")
            attributes = _attributes(group, "node", n)
            found.append(NodeRecords(path, name, table, type_id, *attributes, node_id))
    return found


def read_edges(
    path: Path, types: TypeTable | None, chosen: Collection[str] | None = None
) -> list[EdgeRecords]:
    """Read the edge populations of a file.

    Parameters
    ----------
    path
        HDF5 file.
    types
        Their table of types; ``None`` where all stands in the HDF5 file.
    chosen
        Names of the populations that are read; ``None`` reads all.

    Raises
    ------
    InputError
        If the file is missing, broken or incomplete, or holds something unknown.
    """
    with open_hdf5(path, "edges file") as file:
        found = []
        for name, group in _populations(file, "edges", chosen):
            type_id = _ids(group, "edge_type_id")
            ids = [
                _ids(group, f"{end}_node_id", type_id.size)
                for end in ("source", "target")
            ]
            table = _checked(types, path, type_id, "edge")
            attributes = _attributes(group, "edge", type_id.size)
            found.append(
                EdgeRecords(
                    path,
                    name,
                    table,
                    type_id,
                    *attributes,
                    source_population=_end(group, name, "source"),
                    target_population=_end(group, name, "target"),
                    source_id=ids[0],
                    target_id=ids[1],
                )
            )
    return found


def _populations(
    file: Hdf5Group, kind: str, chosen: Collection[str] | None
) -> Iterator[tuple[str, Hdf5Group]]:
    strange = sorted(set(file.names()) - {"nodes", "edges"})
    if strange:
        raise InputError(
            f"{file.path}: /{strange[0]} is not known; a SONATA {kind} file has /{kind}"
        )
    names = file.group(kind).names() if kind in file else []
    if not names:
        raise InputError(
            f"{file.path}: no /{kind} population; is it a SONATA {kind} file?"
        )
    for name in names if chosen is None else chosen:
        yield name, file.group(kind).group(name)


def _ids(population: Hdf5Group, name: str, size: int | None = None) -> IntArray:
    """Return a list of ids as int64, which the largest of uint64 are not."""
    ids = population.values(name, "iu", size=size)
    if ids.size and ids.max() > np.iinfo(np.int64).max:
        raise InputError(
            f"{population.path}: {population.name}/{name} has {ids.max()}, which is "
            "too large a number"
        )
    return ids.astype(np.int64)


def _checked(
    types: TypeTable | None, path: Path, type_id: IntArray, kind: str
) -> TypeTable:
    """Return the table of types, in which every type in use must stand."""
    used = np.unique(type_id).tolist()
    if types is None:
        return TypeTable(path, f"{kind}_type_id", {k: {} for k in used}, ())
    for number in used:
        if number not in types.rows:
            raise InputError(
                f"{types.path}: no {kind} type {number}, which {path.name} uses"
            )
    return types


def _end(group: Hdf5Group, name: str, end: str) -> str:
    value = group.attribute("node_population", of=f"{end}_node_id")
    if value is not None:
        return str(value)
    parts = name.split("_to_")
    if len(parts) != 2:
        raise InputError(
            f"{group.path}: {name} does not say its {end} node population (attribute "
            f"node_population of {end}_node_id)"
        )
    return parts[0] if end == "source" else parts[1]


def _attributes(
    population: Hdf5Group, kind: str, n: int
) -> tuple[dict[str, OwnValues], tuple[str, ...], int]:
    """Return the attributes of the groups in use, names not read, number of groups."""
    group_id, index = _groups(population, kind, n)
    used = np.unique(group_id).tolist()
    known = _OF_POPULATION[f"{kind}s"]
    for name in population.names():
        if name not in known and not name.isdigit():
            raise InputError(
                f"{population.path}: {population.name}/{name} is not known, so it "
                "might change the network unnoticed; remove it"
            )
    own: dict[str, OwnValues] = {}
    unused: set[str] = set()
    for number in used:
        if str(number) not in population.names():
            if f"{kind}_group_id" not in population:
                continue  # without groups all stands in the types
            raise InputError(
                f"{population.path}: {population.name} has no group {number}"
            )
        rows = np.flatnonzero(group_id == number)
        group = population.group(str(number))
        for name, values in _columns(group, _USED[f"{kind}s"], n):
            if values is None:
                unused.add(name)
                continue
            _fill(own, name, values, rows, index[rows], n, group)
    return own, tuple(sorted(unused - set(own))), len(used)


def _groups(population: Hdf5Group, kind: str, n: int) -> tuple[IntArray, IntArray]:
    """Return the group of each row, and its place in the group."""
    id_name, index_name = f"{kind}_group_id", f"{kind}_group_index"
    if id_name not in population and index_name not in population:
        groups = [name for name in population.groups() if name.isdigit()]
        if any(int(name) for name in groups):
            raise InputError(
                f"{population.path}: {population.name} has groups {', '.join(groups)} "
                f"and no {id_name}, so that it is not clear whose they are"
            )
        return np.zeros(n, dtype=np.int64), np.arange(n)
    return _ids(population, id_name, n), _ids(population, index_name, n)


def _columns(
    group: Hdf5Group, used: Collection[str], n: int
) -> Iterator[tuple[str, AnyArray | None]]:
    """Yield the attributes of a group; ``None`` for one that nothing needs."""
    library = group.group(_LIBRARY) if _LIBRARY in group.groups() else None
    parameters = group.group(_PARAMETERS) if _PARAMETERS in group.groups() else None
    for name in group.datasets():
        if name not in used:
            yield name, None
        elif library is not None and name in library:
            texts, number = library.values(name, "O"), group.values(name, "iu")
            if number.size and not 0 <= number.min() <= number.max() < texts.size:
                raise InputError(
                    f"{group.path}: {group.name}/{name} is outside its {_LIBRARY}"
                )
            yield name, texts[number.astype(np.int64)]
        else:
            yield name, _values(group, name, n)
    if parameters is not None:
        for name in parameters.names():
            yield f"{_PARAMETERS}/{name}", _values(parameters, name, n)
    for name in group.groups():
        if name not in (_LIBRARY, _PARAMETERS):
            yield name, _values(group, name, n) if name in used else None


def _values(group: Hdf5Group, name: str, n: int) -> AnyArray:
    if group.n_values(name) > n:
        raise InputError(
            f"{group.path}: {group.name}/{name} has {group.n_values(name)} values for "
            f"{n} rows"
        )
    return group.values(name, "iufbO")


def _fill(
    own: dict[str, OwnValues],
    name: str,
    values: AnyArray,
    rows: IntArray,
    index: IntArray,
    n: int,
    group: Hdf5Group,
) -> None:
    """Put the values of one group into the rows that belong to it."""
    if index.max() >= values.size or index.min() < 0:
        raise InputError(
            f"{group.path}: {group.name}/{name} has {values.size} values, "
            f"row {int(index.max())} is asked for"
        )
    is_text = values.dtype.kind == "O"
    kind = np.dtype(object if is_text else values.dtype)
    before = own.get(name)
    if before is None:
        whole = np.full(n, "" if is_text else 0, dtype=kind)
        before = OwnValues(whole, np.zeros(n, dtype=bool))
    elif (before.values.dtype.kind == "O") != is_text:
        raise InputError(
            f"{group.path}: {name} is text in one group, numbers in another"
        )
    whole = before.values.astype(np.promote_types(before.values.dtype, kind))
    whole[rows] = values[index]
    given = before.given.copy()
    given[rows] = ~np.isin(values[index].astype(str), EMPTY) if is_text else True
    own[name] = OwnValues(whole, given)
