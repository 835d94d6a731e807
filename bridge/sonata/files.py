"""Where the files of a SONATA network are: from a configuration or a folder."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.sonata.input_rates import Simulation


@dataclass(frozen=True)
class NetworkFiles:
    """Files of a network.

    Attributes
    ----------
    name
        Name of the folder the network was found in.
    nodes, edges
        Pairs of an HDF5 file and its table of types.
    cell_models, synaptic_models
        Folders searched for JSON files, in this order.
    """

    name: str
    nodes: tuple[tuple[Path, Path], ...]
    edges: tuple[tuple[Path, Path], ...]
    cell_models: tuple[Path, ...]
    synaptic_models: tuple[Path, ...]


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
        If ``path`` does not exist or no network is found there.
    """
    if not path.exists():
        raise InputError(f"{path}: no such file or folder")
    if path.is_dir() and (path / "circuit_config.json").is_file():
        path = path / "circuit_config.json"
    found = _from_folder(path) if path.is_dir() else _from_config(path)
    if components is None:
        return found
    if not components.is_dir():
        raise InputError(f"{components}: no such folder of cell and synapse models")
    cells, synapses = _component_folders(components)
    return NetworkFiles(found.name, found.nodes, found.edges, cells, synapses)


def _component_folders(root: Path) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    cells = tuple(
        root / name
        for name in ("cell_models", "point_neuron_models", ".")
        if (root / name).is_dir()
    )
    synapses = tuple(
        root / name for name in ("synaptic_models", ".") if (root / name).is_dir()
    )
    return cells, synapses


def _from_folder(folder: Path) -> NetworkFiles:
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
            (file, file.with_name(f"{file.stem.removesuffix('s')}_types.csv"))
            for file in sorted(place.glob(f"*_{kind}.h5"))
        )
        for kind in ("nodes", "edges")
    )
    near = (place / "components", place.parent / "components")
    root = next((p for p in near if p.is_dir()), None)
    cells, synapses = _component_folders(root) if root else ((), ())
    name = folder.resolve()
    if name.name == "network":
        name = name.parent
    return NetworkFiles(name.name, nodes, edges, cells, synapses)


def _from_config(path: Path) -> NetworkFiles:
    config = _resolved(path)
    if "networks" not in config and isinstance(config.get("network"), str):
        circuit = Path(config["network"])
        return _from_config(circuit if circuit.is_absolute() else path.parent / circuit)
    networks = config.get("networks")
    if not isinstance(networks, dict) or not networks.get("nodes"):
        raise InputError(f"{path}: no networks.nodes; is it a SONATA circuit?")
    pairs = {}
    for kind, single in (("nodes", "node"), ("edges", "edge")):
        files = []
        for entry in networks.get(kind, []):
            try:
                data, types = entry[f"{kind}_file"], entry[f"{single}_types_file"]
            except (KeyError, TypeError):
                raise InputError(
                    f"{path}: an entry of networks.{kind} lacks {kind}_file or "
                    f"{single}_types_file"
                ) from None
            files.append((_absolute(path, data), _absolute(path, types)))
        pairs[kind] = tuple(files)
    components = config.get("components", {})
    cells, synapses = (
        tuple(
            _absolute(path, components[key])
            for key in keys
            if isinstance(components.get(key), str)
        )
        for keys in (
            ("point_neuron_models_dir", "cell_models_dir"),
            ("synaptic_models_dir",),
        )
    )
    return NetworkFiles(
        path.resolve().parent.name, pairs["nodes"], pairs["edges"], cells, synapses
    )


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
    content = _resolved(path)
    inputs = content.get("inputs")
    for entry in inputs.values() if isinstance(inputs, dict) else ():
        if isinstance(entry, dict) and isinstance(entry.get("input_file"), str):
            entry["input_file"] = str(_absolute(path, entry["input_file"]))
    return Simulation(path, content)


def _absolute(config: Path, text: Any) -> Path:
    if not isinstance(text, str):
        raise InputError(f"{config}: {json.dumps(text)} is not the name of a file")
    path = Path(text)
    return path if path.is_absolute() else config.parent / path


def _resolved(path: Path) -> dict[str, Any]:
    """Read a configuration and put in the variables of its manifest."""
    config = read_json(path)
    manifest = config.get("manifest", {})
    if not isinstance(manifest, dict) or not all(
        isinstance(v, str) for v in manifest.values()
    ):
        raise InputError(f"{path}: the manifest does not map names to folders")
    variables = {k.lstrip("$").strip("{}"): v for k, v in manifest.items()}
    variables.setdefault("configdir", str(path.parent.resolve()))
    names = sorted(variables, key=len, reverse=True)

    def replace(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: replace(v) for k, v in value.items()}
        if isinstance(value, list):
            return [replace(v) for v in value]
        if not isinstance(value, str):
            return value
        for _ in range(len(names) + 1):
            if "$" not in value:
                break
            for name in names:
                value = value.replace(f"${{{name}}}", variables[name])
                value = value.replace(f"${name}", variables[name])
        return value

    resolved: dict[str, Any] = replace(
        {k: v for k, v in config.items() if k != "manifest"}
    )
    return resolved
