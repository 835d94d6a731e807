"""What a file names, read without our readers: its keys, columns, datasets, arrays.

A mutation may change a result only where the file still names nothing new and
nothing of another kind: other values in good places. Whatever else is in it has to be
refused or to make no difference.
"""

import csv
import json
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np

Names = frozenset[tuple[str, str]]
View = Callable[[Path], Names]


def names_in_json(path: Path) -> Names:
    """Return keys and kinds of values of a JSON file, whose keys occur once."""
    text = path.read_text(encoding="utf-8")
    return frozenset(_leaves(json.loads(text, object_pairs_hook=_once)))


def names_in_toml(path: Path) -> Names:
    """Return keys and kinds of values of a TOML file."""
    return frozenset(_leaves(tomllib.loads(path.read_text(encoding="utf-8"))))


def names_in_table(path: Path) -> Names:
    """Return the columns of a table that is separated by spaces."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.reader(file, delimiter=" ", strict=True) if row]
    if len(set(rows[0])) < len(rows[0]) or any(len(r) != len(rows[0]) for r in rows):
        raise ValueError("columns that occur twice, or rows of another length")
    return frozenset((name, "column") for name in rows[0])


def names_in_hdf5(path: Path) -> Names:
    """Return datasets and attributes of an HDF5 file with their kinds.

    Indices, which only repeat the list of edges in another order, are left out.
    """
    with h5py.File(path, "r") as file:
        return frozenset(_items(file, ""))


def names_in_npz(path: Path) -> Names:
    """Return the arrays of an .npz file with their kinds."""
    with np.load(path, allow_pickle=False) as stored:
        return frozenset((name, _kind(stored[name])) for name in stored.files)


def size_of_file(path: Path) -> Names:
    """Return the size: of a format that has no names."""
    return frozenset({("bytes", str(path.stat().st_size))})


def sealed(path: Path) -> Names:
    """Refuse to say: of a file with a hash of its content, nothing may change."""
    raise ValueError("sealed")


def what_is_new(view: View, good: Path, mutated: Path) -> str:
    """Return what a mutated file names and the good one does not.

    Empty where it is no more than other values, and another result is right.
    """
    try:
        found = view(mutated)
    except Exception as error:  # whatever a library says of a damaged file
        return f"not readable: {error}"
    return ", ".join(f"{name} ({kind})" for name, kind in sorted(found - view(good)))


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a key occurs twice")
    return dict(pairs)


def _leaves(tree: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(tree, dict):
        for name, value in tree.items():
            yield from _leaves(value, f"{where}.{name}")
    elif isinstance(tree, list):
        for value in tree:
            yield from _leaves(value, f"{where}[]")
    else:
        is_number = isinstance(tree, int | float) and not isinstance(tree, bool)
        yield where, "number" if is_number else type(tree).__name__


def _items(group: h5py.Group, where: str) -> Iterator[tuple[str, str]]:
    for name in group:
        place = f"{where}/{name}"
        try:
            item = group[name]
            yield from (
                (f"{place}@{k}", _kind(np.asarray(item.attrs[k]))) for k in item.attrs
            )
            if isinstance(item, h5py.Dataset):
                yield place, _kind(item[:])
            elif name != "indices":
                yield from _items(item, place)
        except Exception as error:  # whatever the library says of a damaged object
            yield place, f"not readable: {error}"


def _kind(values: Any) -> str:
    return "number" if values.dtype.kind in "iuf" else str(values.dtype.kind)
