"""Node and edge populations written in SONATA's HDF5 layout."""

from collections.abc import Mapping
from pathlib import Path

import h5py
import numpy as np
from numpy.typing import NDArray

from bridge.arrays import AnyArray
from bridge.files.hdf5.writing import written_hdf5

Integers = NDArray[np.integer]

_MAGIC = np.uint32(0x0A7A)
_VERSION = np.array([0, 1], dtype=np.uint32)


def write_nodes(
    path: Path,
    population: str,
    node_type_id: Integers,
    attributes: Mapping[str, AnyArray],
    **file_attributes: str,
) -> None:
    """Write one node population with ids 0..n-1.

    Parameters
    ----------
    path
        File to write.
    population
        Its name.
    node_type_id
        Type of each node, ``(n_nodes,)``.
    attributes
        Further values per node.
    **file_attributes
        Text kept at the root of the file.
    """
    n = node_type_id.size
    with written_hdf5(path) as file:
        _stamp(file)
        file.attrs.update(file_attributes)
        group = file.create_group(f"nodes/{population}")
        _store(group, "node_type_id", node_type_id.astype(np.uint64))
        _store(group, "node_id", np.arange(n, dtype=np.uint64))
        _write_group(group, "node", n, attributes)


def write_edges(
    path: Path,
    source_population: str,
    target_population: str,
    source: Integers,
    target: Integers,
    n_nodes: tuple[int, int],
    edge_type_id: Integers,
    attributes: Mapping[str, AnyArray],
) -> None:
    """Write one edge population with the indices of both directions.

    Parameters
    ----------
    path
        File to write.
    source_population, target_population
        Node populations at the ends.
    source, target
        Node ids, ``(n_edges,)``.
    n_nodes
        Number of nodes of the source and of the target population.
    edge_type_id
        Type of each edge, ``(n_edges,)``.
    attributes
        Further values per edge.
    """
    with written_hdf5(path) as file:
        _stamp(file)
        group = file.create_group(f"edges/{source_population}_to_{target_population}")
        for end, population, ids in (
            ("source", source_population, source),
            ("target", target_population, target),
        ):
            dataset = _store(group, f"{end}_node_id", ids.astype(np.uint64))
            dataset.attrs["node_population"] = population
        _store(group, "edge_type_id", edge_type_id.astype(np.uint32))
        _write_group(group, "edge", source.size, attributes)
        for name, ids, n in (
            ("source_to_target", source, n_nodes[0]),
            ("target_to_source", target, n_nodes[1]),
        ):
            ranges, edges = edge_index(ids, n)
            index = group.create_group(f"indices/{name}")
            _store(index, "node_id_to_ranges", ranges)
            _store(index, "range_to_edge_id", edges)
            # The specification's name is plural, BMTK looks for the singular.
            index["node_id_to_range"] = h5py.SoftLink("node_id_to_ranges")


def edge_index(
    node: Integers, n_nodes: int
) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """Return SONATA's index from nodes to the edges that they take part in.

    Parameters
    ----------
    node
        Node of each edge at the indexed end, ``(n_edges,)``.
    n_nodes
        Number of nodes.

    Returns
    -------
    node_id_to_ranges
        For each node, first and one past last row of the second table,
        ``(n_nodes, 2)``; 0, 0 for a node without edges.
    range_to_edge_id
        Ranges of consecutive edges of one node, end excluded, ``(n_ranges, 2)``.
    """
    order = np.argsort(node, kind="stable")
    sorted_node = node[order]
    if order.size == 0:
        return np.zeros((n_nodes, 2), np.uint64), np.zeros((0, 2), np.uint64)
    breaks = (np.diff(sorted_node) != 0) | (np.diff(order) != 1)
    first = np.concatenate(([0], np.flatnonzero(breaks) + 1))
    last = np.concatenate((first[1:], [order.size])) - 1
    edges = np.stack([order[first], order[last] + 1], axis=1)
    owner = sorted_node[first]
    bounds = np.searchsorted(owner, np.arange(n_nodes + 1))
    ranges = np.stack([bounds[:-1], bounds[1:]], axis=1)
    ranges[ranges[:, 0] == ranges[:, 1]] = 0
    return ranges.astype(np.uint64), edges.astype(np.uint64)


def _stamp(file: h5py.File) -> None:
    file.attrs["magic"] = _MAGIC
    file.attrs["version"] = _VERSION


def _write_group(
    group: h5py.Group, kind: str, n: int, attributes: Mapping[str, AnyArray]
) -> None:
    _store(group, f"{kind}_group_id", np.zeros(n, dtype=np.uint16))
    _store(group, f"{kind}_group_index", np.arange(n, dtype=np.uint32))
    inside = group.create_group("0")
    for name, values in attributes.items():
        _store(inside, name, values)


def _store(group: h5py.Group, name: str, values: AnyArray) -> h5py.Dataset:
    # Not compressed: builds of libsonata without zlib could not read it. Time
    # stamps would make the files of equal columns differ.
    return group.create_dataset(name, data=values, track_times=False)
