"""Content hashes that are equal on every machine."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import numpy as np


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
