"""Node and edge populations in SONATA's HDF5 layout."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np

from bridge.arrays import AnyArray, FloatArray, IntArray
from bridge.errors import InputError


@contextmanager
def open_hdf5(path: Path) -> Iterator[h5py.File]:
    """Open a file for reading; what HDF5 cannot read becomes an InputError."""
    try:
        with h5py.File(path, "r") as file:
            yield file
    except FileNotFoundError:
        raise InputError(f"{path}: no such file") from None
    except (OSError, RuntimeError) as error:
        reason = " ".join(str(error).split())
        raise InputError(
            f"{path}: cannot be read as HDF5 (cut short?): {reason}"
        ) from None


@dataclass(frozen=True)
class Records:
    """Rows of a population (nodes or edges) with attributes from its groups.

    Attributes
    ----------
    path, name
        File and population.
    type_id
        Node or edge type of each row, int64.
    attributes
        Values of each attribute that every group in use has, per row.
    """

    path: Path
    name: str
    type_id: IntArray
    attributes: dict[str, AnyArray]

    def numbers(self, attribute: str, *, finite: bool = True) -> FloatArray:
        """Return an attribute as float64.

        Raises
        ------
        InputError
            If it is absent, no number, or (``finite``) not finite somewhere.
        """
        if attribute not in self.attributes:
            raise InputError(
                f"{self.path}: population {self.name} has no attribute {attribute}"
            )
        values = self.attributes[attribute]
        if values.dtype.kind not in "iufb":
            raise InputError(f"{self.path}: {attribute} does not hold numbers")
        numbers = values.astype(np.float64)
        if finite and not np.isfinite(numbers).all():
            row = int(np.argmin(np.isfinite(numbers)))
            raise InputError(
                f"{self.path}: {attribute} of row {row} is not a finite number"
            )
        return numbers


@dataclass(frozen=True)
class NodeRecords(Records):
    """Nodes; ``node_id`` as in the file, in any order, without repetition."""

    node_id: IntArray

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_id.size)

    def rows_of(self, ids: IntArray, edges_path: Path) -> IntArray:
        """Return the row of each node id that edges refer to.

        Raises
        ------
        InputError
            If an id is not among the nodes.
        """
        order = np.argsort(self.node_id, kind="stable")
        known = self.node_id[order]
        if known.size == 0 and ids.size:
            raise InputError(f"{self.path}: population {self.name} has no nodes")
        place = np.minimum(np.searchsorted(known, ids), max(known.size - 1, 0))
        wrong = known[place] != ids if ids.size else np.zeros(0, dtype=bool)
        if wrong.any():
            raise InputError(
                f"{edges_path}: an edge refers to node {ids[int(np.argmax(wrong))]} of "
                f"{self.name}, which {self.path.name} does not have"
            )
        rows: IntArray = order[place].astype(np.int64)
        return rows


@dataclass(frozen=True)
class EdgeRecords(Records):
    """Edges between two node populations; ids as in the node files."""

    source_population: str
    target_population: str
    source_id: IntArray
    target_id: IntArray

    @property
    def n_edges(self) -> int:
        """Number of edges."""
        return int(self.source_id.size)


def read_nodes(path: Path) -> list[NodeRecords]:
    """Read every node population of a file.

    Raises
    ------
    InputError
        If the file is missing, broken or incomplete.
    """
    with open_hdf5(path) as file:
        found = []
        for name, group in _populations(file, path, "nodes"):
            type_id = _ids(group, path, "node_type_id")
            node_id = (
                _ids(group, path, "node_id")
                if "node_id" in group
                else np.arange(type_id.size)
            )
            _same_length(path, name, node_type_id=type_id, node_id=node_id)
            if np.unique(node_id).size != node_id.size:
                raise InputError(f"{path}: a node_id of {name} occurs twice")
            attributes = _attributes(group, path, "node", type_id.size)
            found.append(NodeRecords(path, name, type_id, attributes, node_id))
    return found


def read_edges(path: Path) -> list[EdgeRecords]:
    """Read every edge population of a file.

    Raises
    ------
    InputError
        If the file is missing, broken or incomplete.
    """
    with open_hdf5(path) as file:
        found = []
        for name, group in _populations(file, path, "edges"):
            source = _ids(group, path, "source_node_id")
            target = _ids(group, path, "target_node_id")
            type_id = _ids(group, path, "edge_type_id")
            _same_length(
                path,
                name,
                source_node_id=source,
                target_node_id=target,
                edge_type_id=type_id,
            )
            attributes = _attributes(group, path, "edge", type_id.size)
            ends = [_end(group, path, name, end) for end in ("source", "target")]
            found.append(
                EdgeRecords(
                    path, name, type_id, attributes, ends[0], ends[1], source, target
                )
            )
    return found


def _populations(
    file: h5py.File, path: Path, kind: str
) -> Iterator[tuple[str, h5py.Group]]:
    if (
        kind not in file
        or not isinstance(file[kind], h5py.Group)
        or not len(file[kind])
    ):
        raise InputError(f"{path}: no /{kind} population; is it a SONATA {kind} file?")
    for name, group in file[kind].items():
        if not isinstance(group, h5py.Group):
            raise InputError(f"{path}: /{kind}/{name} is not a population")
        yield name, group


def _ids(group: h5py.Group, path: Path, name: str) -> IntArray:
    if name not in group:
        raise InputError(f"{path}: {group.name} has no {name}")
    values = np.asarray(group[name][:])
    if values.ndim != 1 or values.dtype.kind not in "iu":
        raise InputError(f"{path}: {group.name}/{name} is not a list of whole numbers")
    return values.astype(np.int64)


def _same_length(path: Path, population: str, **arrays: AnyArray) -> None:
    lengths = {name: array.size for name, array in arrays.items()}
    if len(set(lengths.values())) > 1:
        text = ", ".join(f"{n} {name}" for name, n in lengths.items())
        raise InputError(f"{path}: lengths differ in {population}: {text}")


def _end(group: h5py.Group, path: Path, name: str, end: str) -> str:
    value = group[f"{end}_node_id"].attrs.get("node_population")
    if value is not None:
        return value.decode() if isinstance(value, bytes) else str(value)
    parts = name.split("_to_")
    if len(parts) != 2:
        raise InputError(
            f"{path}: {name} does not say its {end} node population (attribute "
            f"node_population of {end}_node_id)"
        )
    return parts[0] if end == "source" else parts[1]


def _attributes(
    group: h5py.Group, path: Path, kind: str, size: int
) -> dict[str, AnyArray]:
    """Gather the attributes of all groups in use into one row per node or edge."""
    id_name, index_name = f"{kind}_group_id", f"{kind}_group_index"
    if id_name in group and index_name in group:
        group_id, index = _ids(group, path, id_name), _ids(group, path, index_name)
        _same_length(
            path,
            group.name,
            **{f"{kind}_type_id": np.empty(size), id_name: group_id, index_name: index},
        )
    else:
        group_id, index = np.zeros(size, dtype=np.int64), np.arange(size)
    used = [int(g) for g in np.unique(group_id)]
    missing = [g for g in used if str(g) not in group]
    if missing:
        raise InputError(f"{path}: {group.name} has no group {missing[0]}")
    gathered: dict[str, AnyArray] = {}
    shared = (
        set.intersection(*(_datasets(group[str(g)]) for g in used)) if used else set()
    )
    for name in sorted(shared):
        for g in used:
            values = np.asarray(group[str(g)][name][:])
            rows = group_id == g
            wanted = index[rows]
            if values.ndim != 1 or wanted.max() >= values.size or wanted.min() < 0:
                raise InputError(
                    f"{path}: {group.name}/{g}/{name} has {values.size} values, "
                    f"row {int(wanted.max())} is asked for"
                )
            if len(used) == 1:
                gathered[name] = values[wanted]
            else:
                gathered.setdefault(name, np.empty(size, dtype=values.dtype))
                gathered[name] = gathered[name].astype(
                    np.promote_types(gathered[name].dtype, values.dtype)
                )
                gathered[name][rows] = values[wanted]
    return gathered


def _datasets(group: h5py.Group) -> set[str]:
    names = {name for name, item in group.items() if isinstance(item, h5py.Dataset)}
    own = group.get("dynamics_params")
    if isinstance(own, h5py.Group):
        names |= {f"dynamics_params/{name}" for name in _datasets(own)}
    return names
