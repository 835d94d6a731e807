"""Find the files of a SONATA network, from a configuration or a folder."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.sonata.input_rates import Simulation
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.configuration import is_enabled, read_configuration
from bridge.sonata.reading.known import Known
from bridge.sonata.reading.known_configuration import (
    EDGE_TYPES,
    EDGES_ENTRY,
    NODE_TYPES,
    NODES_ENTRY,
    POPULATION,
)


@dataclass(frozen=True)
class PopulationFile:
    """An HDF5 file with its table of types.

    Attributes
    ----------
    data
        The HDF5 file.
    types
        Its table of types; ``None`` where there is none.
    populations
        Populations that are read, with what the configuration says they are
        (``"virtual"``; ``None`` where it does not say); ``None`` reads all.
    """

    data: Path
    types: Path | None
    populations: Mapping[str, str | None] | None = None

    def kind_of(self, population: str) -> str | None:
        """Return what the configuration says that a population is."""
        return (self.populations or {}).get(population)


@dataclass(frozen=True)
class NetworkFiles:
    """Files of a network.

    Attributes
    ----------
    name
        Name of the folder the network was found in.
    nodes, edges
        HDF5 files with their tables of types.
    cell_models, synaptic_models
        Folders searched for JSON files, in this order; none where no folder is known.
    inputs
        Spike trains that a simulation configuration names, by name.
    dt_ms
        Time step that it asks for, ms.
    """

    name: str
    nodes: tuple[PopulationFile, ...]
    edges: tuple[PopulationFile, ...]
    cell_models: tuple[Path, ...]
    synaptic_models: tuple[Path, ...]
    inputs: Mapping[str, Mapping[str, Any]]
    dt_ms: float | None


def find_network(path: Path, components: Path | None = None) -> NetworkFiles:
    """Find the files of a network.

    Parameters
    ----------
    path
        A circuit or simulation configuration (JSON), or a folder that holds
        ``circuit_config.json`` or files named ``*_nodes.h5`` with
        ``*_node_types.csv`` (in it or in ``network/``).
    components
        Folder with cell-model and synaptic-model JSON files (in it or in the
        folders ``point_neuron_models``, ``cell_models``, ``synaptic_models``);
        default: what the configuration says, or ``components`` near ``path``.

    Raises
    ------
    InputError
        If ``path`` does not exist, no network is found there, or a configuration
        holds what cannot be honoured.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    # lexists: one that cannot be read is named, not passed over
    if path.is_dir() and os.path.lexists(path / "circuit_config.json"):
        path = path / "circuit_config.json"
    folders = None
    if components is not None:
        if not components.is_dir():
            raise InputError(f"{components}: no such folder of cell and synapse models")
        folders = _component_folders(components)
    if path.is_dir():
        return _from_folder(path, folders)
    return _from_config(path, folders)


Folders = tuple[tuple[Path, ...], tuple[Path, ...]]


def simulation_of(path: Path) -> Simulation | None:
    """Return the simulation configuration of a network; ``None`` where it has none.

    Parameters
    ----------
    path
        The configuration itself, or a folder with ``simulation_config.json``.

    Raises
    ------
    InputError
        If it cannot be read.
    """
    if path.is_dir():
        path = path / "simulation_config.json"
        if not path.is_file():
            return None
    return Simulation(path, read_configuration(path))


def _component_folders(root: Path) -> Folders:
    cells = tuple(
        root / name
        for name in ("cell_models", "point_neuron_models", ".")
        if (root / name).is_dir()
    )
    synapses = tuple(
        root / name for name in ("synaptic_models", ".") if (root / name).is_dir()
    )
    return cells, synapses


def _from_folder(folder: Path, folders: Folders | None) -> NetworkFiles:
    place = next(
        (p for p in (folder, folder / "network") if any(p.glob("*_nodes.h5"))), None
    )
    if place is None:
        raise InputError(
            f"{folder}: no circuit_config.json and no *_nodes.h5; is it a SONATA "
            "network?"
        )
    nodes, edges = (
        tuple(
            PopulationFile(
                file, file.with_name(f"{file.stem.removesuffix('s')}_types.csv")
            )
            for file in sorted(place.glob(f"*_{kind}.h5"))
        )
        for kind in ("nodes", "edges")
    )
    if folders is None:
        near = (place / "components", place.parent / "components")
        root = next((p for p in near if p.is_dir()), None)
        folders = _component_folders(root) if root else ((), ())
    name = folder.resolve()
    if name.name == "network":
        name = name.parent
    return NetworkFiles(name.name, nodes, edges, *folders, {}, None)


def _from_config(path: Path, folders: Folders | None) -> NetworkFiles:
    config = read_configuration(path)
    networks = config.get("networks", {})
    if not networks.get("nodes"):
        raise InputError(f"{path}: no networks.nodes; is it a SONATA circuit?")
    if folders is None:
        components = config.get("components", {})
        cells, synapses = (
            tuple(Path(components[key]) for key in keys if components.get(key))
            for keys in (
                ("point_neuron_models_dir", "cell_models_dir"),
                ("synaptic_models_dir",),
            )
        )
        folders = cells, synapses
    return NetworkFiles(
        path.resolve().parent.name,
        _entries(path, networks, "nodes", NODES_ENTRY, NODE_TYPES),
        _entries(path, networks, "edges", EDGES_ENTRY, EDGE_TYPES),
        *folders,
        {
            name: entry
            for name, entry in config.get("inputs", {}).items()
            if is_enabled(entry, f"{path}: input {name}")
        },
        _time_step(path, config.get("run", {})),
    )


def _entries(
    path: Path,
    networks: Mapping[str, Any],
    kind: str,
    known: Known,
    allowed: tuple[str, ...],
) -> tuple[PopulationFile, ...]:
    files = []
    for entry in networks.get(kind, []):
        check_names(entry, known, f"{path}: networks.{kind}")
        if not is_enabled(entry, f"{path}: networks.{kind}"):
            continue
        data = entry.get(f"{kind}_file")
        if not data:
            raise InputError(f"{path}: an entry of networks.{kind} lacks {kind}_file")
        table = entry.get(f"{kind.removesuffix('s')}_types_file")
        populations = _populations(path, entry.get("populations"), allowed)
        files.append(
            PopulationFile(Path(data), Path(table) if table else None, populations)
        )
    return tuple(files)


def _populations(
    path: Path, stated: Any, allowed: tuple[str, ...]
) -> dict[str, str | None] | None:
    """Return the populations that an entry chooses, with what they are."""
    if stated is None:
        return None
    if not isinstance(stated, dict) or not all(
        isinstance(p, dict) for p in stated.values()
    ):
        raise InputError(f"{path}: populations does not map names to objects")
    for name, properties in stated.items():
        check_names(properties, POPULATION, f"{path}: population {name}")
        kind = properties.get("type")
        if kind is not None and kind not in allowed:
            raise InputError(
                f"{path}: population {name} is of type {kind!r}; there can be "
                f"{', '.join(allowed)}"
            )
    return {name: properties.get("type") for name, properties in stated.items()}


def _time_step(path: Path, run: Mapping[str, Any]) -> float | None:
    step = run.get("dt")
    if step is None:
        return None
    if isinstance(step, bool) or not isinstance(step, int | float) or not step > 0:
        raise InputError(f"{path}: run.dt is {step!r}, not a time in ms")
    return float(step)
