"""JSON files."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.regular_file import read_text
from bridge.files.written_file import write_text


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
        If the file is missing, is no JSON, or does not hold an object.
    """
    try:
        content = json.loads(read_text(path))
    except (ValueError, RecursionError) as error:  # RecursionError: nested too deep
        reason = " ".join(str(error).split())
        raise InputError(f"{path}: cannot be read as JSON: {reason}") from None
    if not isinstance(content, dict):
        raise InputError(f"{path}: not a JSON object")
    return content
