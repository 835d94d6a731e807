"""Sets of nodes that a configuration names: whose nodes they are."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.json_file import read_json

_ALL = "all"
"""BMTK's name of all nodes."""


def named_sets(config: Path, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the node sets of a configuration by their name.

    Parameters
    ----------
    config
        The configuration, for messages.
    content
        Its sections; ``node_sets_file`` is absolute.

    Raises
    ------
    InputError
        If they are no object, or their file cannot be read.
    """
    sets = content.get("node_sets")
    if sets is None:
        file = content.get("node_sets_file")
        return {} if not file else read_json(Path(file))
    if not isinstance(sets, Mapping):
        raise InputError(f"{config}: node_sets is not an object")
    return sets


def is_set_of(node_set: Any, population: str, sets: Mapping[str, Any]) -> bool:
    """Say whether a node set is all nodes of a population.

    Parameters
    ----------
    node_set
        Name of a set or a population, or the set itself.
    population
        The population.
    sets
        Sets by name (:func:`named_sets`).

    Returns
    -------
    bool
        ``False`` if it is nodes of other populations.

    Raises
    ------
    ValueError
        If it is a part of them, or holds others too, or that is not clear.
    """
    definition, waiting = node_set, dict(sets)
    while isinstance(definition, str) and definition in waiting:
        definition = waiting.pop(definition)
    chosen = definition
    if isinstance(definition, Mapping):
        chosen = definition.get("population", definition.get("populations"))
    names = [chosen] if isinstance(chosen, str) else chosen
    is_clear = (
        isinstance(names, list)
        and all(isinstance(name, str) for name in names)
        and not {_ALL, *waiting}.intersection(names)
    )
    if is_clear and population not in names:
        return False
    is_whole = not isinstance(definition, Mapping) or len(definition) == 1
    if not (is_clear and is_whole and set(names) == {population}):
        raise ValueError(
            f"node_set {json.dumps(node_set)} is not just the nodes of {population}, "
            "or that is not clear; give the name of a population"
        )
    return True
