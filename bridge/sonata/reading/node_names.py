"""Whether all that node populations hold is understood."""

import re
from collections.abc import Mapping, Sequence

from bridge.sonata.cells import Nodes
from bridge.sonata.reading.check import check_names
from bridge.sonata.reading.known import NODES_OF_ROLE
from bridge.sonata.reading.records import EdgeRecords


def check_nodes(
    nodes: Mapping[str, Nodes], edges: Sequence[EdgeRecords]
) -> dict[str, tuple[str, ...]]:
    """Refuse attributes of nodes that are not known.

    What a query of an edge type asks for is a label: it chose the nodes.

    Parameters
    ----------
    nodes
        Node populations, by name.
    edges
        All edges.

    Returns
    -------
    dict
        Labels that nothing uses, by population.

    Raises
    ------
    InputError
        If an attribute is not known, or cannot be honoured.
    """
    queries = [
        text
        for records in edges
        for name in ("source_query", "target_query")
        for text in records.texts(name)[0]
        if text is not None
    ]
    asked = frozenset(re.findall(r"(\w+)\s*==", " ".join(queries)))
    unused = {}
    for name, population in nodes.items():
        records, known = population.records, NODES_OF_ROLE[population.role]
        names = records.names
        parameters = {n for n in names if population.role == "cells" and "/" in n}
        labels = asked | parameters  # parameters are looked at with their cell model
        check_names(names, known, f"{records.path}: {name}", labels)
        idle = set(names) - parameters - {*known.read, *known.harmless}
        if idle:
            unused[name] = tuple(sorted(idle))
    return unused
