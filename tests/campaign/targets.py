"""The inputs that are mutated: where they lie, who reads them, what may differ."""

import json
import tomllib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import NamedTuple

import readings
from archive_mutations import mutated_npz
from byte_mutations import mutated_bytes
from hdf5_mutations import mutated_hdf5
from samples import N_CELLS
from table_mutations import mutated_table
from tree_mutations import mutated_trees, to_json, to_toml
from views import (
    View,
    names_in_hdf5,
    names_in_json,
    names_in_npz,
    names_in_table,
    names_in_toml,
    sealed,
    size_of_file,
)

Mutated = list[tuple[str, bytes]]
Mutate = Callable[[bytes, int, int], Mutated]


class Target(NamedTuple):
    """A file of the samples that is mutated.

    Attributes
    ----------
    name
        What it is.
    file
        Path in the folder of samples; may hold wildcards, the first match counts.
    reading
        Who reads it.
    after_bytes, after_structure
        What the file names, for either kind of mutation.
    structural
        Mutations that know the format; None for a format without structure.
    again
        Whether "again" (it is computed once more) is a result as good as any.
    """

    name: str
    file: str
    reading: Callable[[Path], str]
    after_bytes: View
    after_structure: View
    structural: Mutate | None
    again: bool = False


def damaged(content: bytes, n: int, number: int) -> Mutated:
    """Return damaged copies of any file."""
    return _one_by_one(mutated_bytes, content, n, number)


def _one_by_one(
    mutate: Callable[[bytes, Random], tuple[str, bytes]],
    content: bytes,
    n: int,
    number: int,
) -> Mutated:
    found: Mutated = []
    rng = Random(number)
    while len(found) < n:
        try:
            found.append(mutate(content, rng))
        except (ValueError, TypeError, RuntimeError, KeyError, OSError):
            continue  # this one cannot be done to this file
    return found


def _json(content: bytes, n: int, number: int) -> Mutated:
    trees = mutated_trees(json.loads(content), n, number)
    return [(what, to_json(tree)) for what, tree in trees]


def _toml(content: bytes, n: int, number: int) -> Mutated:
    trees = mutated_trees(tomllib.loads(content.decode()), n, number)
    return [(what, to_toml(tree)) for what, tree in trees]


_table = partial(_one_by_one, mutated_table)
_hdf5 = partial(_one_by_one, mutated_hdf5)
_npz = partial(_one_by_one, mutated_npz)


def _of_column(name: str, file: str, view: View, mutate: Mutate) -> Target:
    return Target(name, f"column/{file}", readings.column, view, view, mutate)


def _image(name: str, file: str, **how: object) -> Target:
    reading = partial(readings.images, name=name)
    mutate, view = (None, size_of_file) if "mnist" in file else (_npz, names_in_npz)
    at_bytes = size_of_file if "mnist" in file else sealed
    return Target(f"images {name}", file, reading, at_bytes, view, mutate)


_TREE, _HDF5 = (names_in_json, _json), (names_in_hdf5, _hdf5)
_TABLE, _TOML = (names_in_table, _table), (names_in_toml, _toml)
_RUN = f"sweep/{N_CELLS}-default-1"

TARGETS = (
    _of_column("circuit configuration", "circuit_config.json", *_TREE),
    Target(
        "simulation configuration",
        "column/simulation_config.json",
        readings.column_of_simulation,
        names_in_json,
        *_TREE,
    ),
    _of_column("cell model", "components/cell_models/*.json", *_TREE),
    _of_column("synapse model", "components/synaptic_models/e2e.json", *_TREE),
    _of_column("node types", "network/v1_node_types.csv", *_TABLE),
    _of_column("node types, LGN", "network/lgn_node_types.csv", *_TABLE),
    _of_column("edge types", "network/v1_v1_edge_types.csv", *_TABLE),
    _of_column("edge types, surround", "network/surround_v1_edge_types.csv", *_TABLE),
    _of_column("nodes", "network/v1_nodes.h5", *_HDF5),
    _of_column("nodes, LGN", "network/lgn_nodes.h5", *_HDF5),
    _of_column("edges", "network/v1_v1_edges.h5", *_HDF5),
    _of_column("edges, background", "network/bkg_v1_edges.h5", *_HDF5),
    Target(
        "LGN spikes",
        "column/inputs/lgn_spikes.h5",
        readings.lgn_spikes,
        names_in_hdf5,
        *_HDF5,
    ),
    Target(
        "certificate",
        "run/certificates/low_pass.json",
        readings.certificate,
        sealed,
        sealed,
        _json,
    ),
    Target(
        "parameters", "run/parameters.npz", readings.certified, sealed, sealed, _npz
    ),
    Target(
        "parameters of a training",
        "trained/parameters.npz",
        readings.trained_column,
        sealed,
        sealed,
        _npz,
    ),
    Target(
        "trained weights",
        "trained/weights.safetensors",
        readings.trained_column,
        sealed,
        sealed,
        None,
    ),
    Target(
        "configuration of a training",
        "trained/config.toml",
        readings.trained_column,
        names_in_toml,
        *_TOML,
    ),
    Target("report", "run/report.json", readings.report, names_in_json, *_TREE),
    Target("results", f"{_RUN}/results.json", readings.sweep, names_in_json, *_TREE),
    Target(
        "stage", "stages/reference.npz", readings.stages, sealed, sealed, _npz, True
    ),
    Target(
        "checkpoint",
        "checkpoints/*.safetensors",
        readings.checkpoint,
        sealed,
        sealed,
        None,
        True,
    ),
    _image("plain.npz", "images/plain.npz"),
    _image("packed.npz", "images/packed.npz"),
    _image("mnist", "images/mnist/train-images-idx3-ubyte"),
    Target(
        "TOML of validate",
        "configs/validate.toml",
        readings.validate_config,
        names_in_toml,
        *_TOML,
    ),
    Target(
        "TOML of train",
        "configs/train.toml",
        readings.train_config,
        names_in_toml,
        *_TOML,
    ),
    Target("TOML of sweep", "configs/grid.toml", readings.grid, names_in_toml, *_TOML),
    Target(
        "TOML of criteria",
        "configs/criteria.toml",
        readings.criteria,
        names_in_toml,
        *_TOML,
    ),
)
