"""Content hashes that are equal on every machine."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bridge.files.regular_file import reading


def content_hash(content: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a mapping of JSON values and arrays.

    Arrays enter by dtype, shape and little-endian bytes, everything else as
    canonical JSON (sorted keys), so that equal content gives an equal hash
    whatever the machine, and no abbreviated ``str(array)`` can hide a change.

    Parameters
    ----------
    content
        Keys are names; values are arrays or anything ``json`` can write.

    Returns
    -------
    str
        64 hexadecimal digits.

    Raises
    ------
    TypeError
        If a value is neither an array nor JSON-serialisable.
    """
    digest = hashlib.sha256()
    for key in sorted(content):
        value = content[key]
        digest.update(key.encode() + b"\0")
        if isinstance(value, np.ndarray):
            little = value.dtype.newbyteorder("<")
            digest.update(f"{little.str}{value.shape}".encode() + b"\0")
            digest.update(np.ascontiguousarray(value, dtype=little).tobytes())
        else:
            text = json.dumps(value, sort_keys=True, allow_nan=False)
            digest.update(text.encode() + b"\0")
    return digest.hexdigest()


def file_hash(path: Path) -> str:
    """Return the SHA-256 of a file, read piece by piece.

    Parameters
    ----------
    path
        A regular file.

    Raises
    ------
    InputError
        If it is none, or cannot be read.
    """
    with reading(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
