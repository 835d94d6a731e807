"""Values that single nodes state in the HDF5 file, in place of those of their type."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import AnyArray, FloatArray, IntArray
from bridge.errors import InputError
from bridge.sonata.reading.records import NodeRecords

PARAMETERS = "dynamics_params/"
"""What the name of a single node's model parameter begins with."""


@dataclass(frozen=True)
class Variant:
    """Nodes of one type that state the same values of their own.

    Attributes
    ----------
    type_id
        Their type.
    texts, numbers
        What they state: columns of the types table, and model parameters.
    """

    type_id: int
    texts: dict[str, str]
    numbers: dict[str, float]


def variants_of_nodes(
    records: NodeRecords, columns: tuple[str, ...]
) -> tuple[list[Variant], IntArray]:
    """Sort nodes by their type and by what they state of their own.

    Parameters
    ----------
    records
        Nodes.
    columns
        Columns of the types table that matter.

    Returns
    -------
    variants : list of Variant
        In the order of the types table, and of the nodes within a type.
    of_node : ndarray of int64
        Index into ``variants`` of each node, ``(n_nodes,)``.

    Raises
    ------
    InputError
        If a node's own value is of the wrong kind.
    """
    place = {type_id: row for row, type_id in enumerate(records.types.rows)}
    codes = [np.array([place[k] for k in records.type_id.tolist()], dtype=np.int64)]
    texts = {c: own for c in columns if (own := _own_texts(records, c)) is not None}
    numbers = _own_parameters(records)
    codes += [
        np.unique(values, return_inverse=True)[1].ravel()
        for values in (*texts.values(), *numbers.values())
    ]
    _, first, inverse = np.unique(
        np.stack(codes, axis=1), axis=0, return_index=True, return_inverse=True
    )
    order = np.lexsort((first, codes[0][first]))
    rank = np.empty(order.size, dtype=np.int64)
    rank[order] = np.arange(order.size)
    found = [
        Variant(
            int(records.type_id[node]),
            {c: str(own[node]) for c, own in texts.items() if own[node]},
            {
                key: float(own[node])
                for key, own in numbers.items()
                if not np.isnan(own[node])
            },
        )
        for node in first[order].tolist()
    ]
    return found, rank[inverse.ravel()]


def _own_texts(records: NodeRecords, name: str) -> AnyArray | None:
    """Return a text of each node, ``""`` where it states none; None if none does."""
    own = records.own.get(name)
    if own is None:
        return None
    if own.values.dtype.kind != "O":
        raise InputError(f"{records.path}: {name} does not hold text")
    return np.where(own.given, own.values, "")


def _own_parameters(records: NodeRecords) -> dict[str, FloatArray]:
    """Return each model parameter that single nodes state, NaN where one does not."""
    found = {}
    for name, own in records.own.items():
        if not name.startswith(PARAMETERS):
            continue
        if own.values.dtype.kind not in "iuf":
            raise InputError(f"{records.path}: {name} is not one number for each node")
        numbers = np.where(own.given, own.values, 0.0).astype(np.float64)
        if not np.isfinite(numbers).all():
            row = int(np.argmin(np.isfinite(numbers)))
            raise InputError(
                f"{records.path}: {name} of row {row} is not a finite number"
            )
        found[name.removeprefix(PARAMETERS)] = np.where(own.given, numbers, np.nan)
    return found
