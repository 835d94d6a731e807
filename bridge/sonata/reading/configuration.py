"""SONATA's circuit and simulation configurations, with their variables put in."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known import Known
from bridge.sonata.reading.known_configuration import (
    COMPONENTS,
    CONDITIONS,
    CONFIGURATION,
    NETWORKS,
    RUN,
    SPIKE_MODULES,
)

_VARIABLE = re.compile(r"\$\{?(\w+)\}?")
_LONGEST = 4096
"""Longest text after putting in variables: that of a path on Linux."""

_CHILDREN = ("network", "simulation")
_SECTIONS = {"networks": NETWORKS, "components": COMPONENTS, "run": RUN} | {
    "conditions": CONDITIONS
}


def read_configuration(path: Path) -> dict[str, Any]:
    """Read a configuration, with the one that its ``network`` names.

    Parameters
    ----------
    path
        Circuit or simulation configuration (JSON). Names of files in it count from
        its folder.

    Returns
    -------
    dict
        Sections of all files, checked to hold nothing that cannot be honoured; the
        texts under ``networks``, ``components`` and ``inputs`` are absolute paths
        where they name a file or folder.

    Raises
    ------
    InputError
        If a file is missing or broken, refers to itself, or holds what cannot be
        honoured.
    """
    return _merged(path, ())


def _merged(path: Path, parents: tuple[Path, ...]) -> dict[str, Any]:
    place = path.resolve()
    if place in parents:
        raise InputError(f"{path}: the configuration refers to itself as its network")
    config = _resolved(path)
    _check_section(config, CONFIGURATION, str(path))
    for name, known in _SECTIONS.items():
        section = config.get(name, {})
        if not isinstance(section, dict):
            raise InputError(f"{path}: {name} is not an object")
        _check_section(section, known, f"{path}: {name}")
    _check_inputs(path, config)
    _locate(path, config)
    for child in _CHILDREN:
        if child not in config:
            continue
        below = _merged(absolute(path, config.pop(child)), (*parents, place))
        for name, value in below.items():
            if name in CONFIGURATION.read and config.get(name, value) != value:
                raise InputError(f"{path}: {name} stands here and in its {child}")
        config |= below
    return config


def _check_section(section: Mapping[str, Any], known: Known, place: str) -> None:
    """Refuse names as :func:`check_names`; an empty list asks for nothing."""
    idle = {name for name in known.refused if section.get(name) in ([], {})}
    check_names((name for name in section if name not in idle), known, place)


def absolute(config: Path, text: Any) -> Path:
    """Return a file that a configuration names; relative names count from its folder.

    Raises
    ------
    InputError
        If it is no text.
    """
    if not isinstance(text, str):
        raise InputError(f"{config}: {json.dumps(text)} is not the name of a file")
    return config.parent / text


def is_enabled(entry: Mapping[str, Any], place: str) -> bool:
    """Say whether an entry of a configuration counts: ``enabled``, true by default.

    Raises
    ------
    InputError
        If it is neither true nor false.
    """
    enabled = entry.get("enabled", True)
    if not isinstance(enabled, bool):
        raise InputError(
            f"{place}: enabled is {json.dumps(enabled)}, not true or false"
        )
    return enabled


def _check_inputs(path: Path, config: Mapping[str, Any]) -> None:
    """Refuse inputs other than spike trains, which would change the dynamics."""
    inputs = config.get("inputs", {})
    if not isinstance(inputs, dict):
        raise InputError(f"{path}: inputs is not an object")
    for name, entry in inputs.items():
        if not isinstance(entry, dict):
            raise InputError(f"{path}: input {name} is not an object")
        if not is_enabled(entry, f"{path}: input {name}"):
            continue
        kind, module = entry.get("input_type", "spikes"), entry.get("module")
        if kind != "spikes" or module not in SPIKE_MODULES:
            raise InputError(
                f"{path}: input {name} ({json.dumps(kind)}, module "
                f"{json.dumps(module)}) cannot be honoured: only spike trains "
                f"({', '.join(SPIKE_MODULES)}) can; remove it"
            )


def _resolved(path: Path) -> dict[str, Any]:
    """Read a configuration, put in the variables and make names of files absolute."""
    config = read_json(path)
    manifest = config.pop("manifest", {})
    if not isinstance(manifest, dict) or not all(
        isinstance(v, str) for v in manifest.values()
    ):
        raise InputError(f"{path}: the manifest does not map names to folders")
    values = _variables(path, manifest)

    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {k: put(v) for k, v in value.items()}
        if isinstance(value, list):
            return [put(v) for v in value]
        return _put(value, values, path) if isinstance(value, str) else value

    try:
        resolved: dict[str, Any] = put(config)
    except RecursionError:
        raise InputError(f"{path}: is nested too deep") from None
    return resolved


def _variables(path: Path, manifest: Mapping[str, str]) -> dict[str, str]:
    """Return the variables of a manifest, which may use each other."""
    waiting = {k.lstrip("$").strip("{}"): v for k, v in manifest.items()}
    values = {"configdir": str(path.parent.resolve()), "workingdir": str(Path.cwd())}
    while waiting:
        ready = [
            name
            for name, text in waiting.items()
            if not waiting.keys() & set(_VARIABLE.findall(text))
        ]
        if not ready:
            raise InputError(
                f"{path}: variable ${min(waiting)} of the manifest refers to itself"
            )
        for name in ready:
            values[name] = _put(waiting.pop(name), values, path)
    return values


def _put(text: str, values: Mapping[str, str], path: Path) -> str:
    result = _VARIABLE.sub(lambda match: values.get(match[1], match[0]), text)
    if len(result) > _LONGEST:
        raise InputError(f"{path}: a text is too long with its variables put in")
    return result


def _locate(path: Path, config: Mapping[str, Any]) -> None:
    """Make the names of files and folders absolute: they count from this file."""
    entries: list[tuple[Any, Sequence[str]]] = [
        (config.get("components", {}), tuple(COMPONENTS.read))
    ]
    for kind, files in (
        ("nodes", ("nodes_file", "node_types_file")),
        ("edges", ("edges_file", "edge_types_file")),
    ):
        listed = config.get("networks", {}).get(kind, [])
        if not isinstance(listed, list) or not all(isinstance(e, dict) for e in listed):
            raise InputError(f"{path}: networks.{kind} is not a list of objects")
        entries += [(entry, files) for entry in listed]
    entries.append((config, ("node_sets_file",)))
    entries += [(entry, ("input_file",)) for entry in config.get("inputs", {}).values()]
    for entry, names in entries:
        for name in names:
            if entry.get(name) in (None, ""):
                continue
            place = absolute(path, entry[name])
            left = _VARIABLE.search(entry[name])
            if left is not None and not place.exists():
                raise InputError(
                    f"{path}: {left[0]} in {entry[name]} is no variable of the manifest"
                )
            entry[name] = str(place)
