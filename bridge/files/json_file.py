"""JSON files."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.regular_file import read_text
from bridge.files.written_file import write_text

_LONGEST = 20
"""Signs of the longest whole number of 64 bits."""


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write an object; NaN and infinity, which JSON does not know, are errors.

    Parameters
    ----------
    path
        The file.
    content
        What to write.

    Raises
    ------
    ValueError
        If a number is not finite.
    """
    text = json.dumps(content, indent=1, allow_nan=False)
    write_text(path, text + "\n")


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises
    ------
    InputError
        If the file is missing, is no JSON, does not hold an object, gives a name
        twice, or holds a number that is not finite or, a whole one, longer than 64
        bits.
    """
    try:
        content = json.loads(
            read_text(path, encoding="utf-8-sig"),
            object_pairs_hook=_without_repetition,
            parse_float=_finite,
            parse_int=_of_64_bits,
            parse_constant=_finite,
        )
    except RecursionError:
        raise InputError(f"{path}: cannot be read as JSON: nested too deep") from None
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as JSON: {reason}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object")
    return content


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    content: dict[str, Any] = {}
    for name, value in pairs:
        if name in content:
            raise ValueError(f"{name} occurs twice in one object; remove one of them")
        content[name] = value
    return content


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text} is not a finite number")
    return value


def _of_64_bits(text: str) -> int:
    if len(text) > _LONGEST or not -(2**63) <= int(text) < 2**64:
        raise ValueError(f"{text[:_LONGEST]}... is too large a number")
    return int(text)
