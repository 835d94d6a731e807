"""Reading TOML files, and putting keys on top of keys."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.regular_file import read_text


def merge_keys(stored: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the keys of both, inner sections merged as well; ``given`` wins.

    Parameters
    ----------
    stored, given
        Keys as in a TOML file.
    """
    result = dict(stored)
    for name, value in given.items():
        inner = stored.get(name)
        is_section = isinstance(value, Mapping) and isinstance(inner, Mapping)
        result[name] = merge_keys(inner, value) if is_section and inner else value
    return result


def read_toml(path: Path) -> dict[str, Any]:
    """Return the keys of a TOML file, not yet checked.

    Parameters
    ----------
    path
        A TOML file.

    Returns
    -------
    dict
        Sections and keys.

    Raises
    ------
    InputError
        If the file is missing, unreadable, not UTF-8 or not TOML.
    """
    try:
        return tomllib.loads(read_text(path))
    except RecursionError:
        raise InputError(f"{path}: is not valid TOML: nested too deep") from None
    except ValueError as error:
        raise InputError(f"{path}: is not valid TOML: {error}") from None
