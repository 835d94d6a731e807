"""Options of the command line on top of a configuration file."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bridge.files.toml_file import merge_keys, read_toml


def merged_sections(
    path: Path | None, options: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the sections of a file with options on top, not yet checked.

    A column or an end of training given as an option takes the place of the one in
    the file, and sections inside a section are merged key by key.

    Parameters
    ----------
    path
        TOML file, or ``None`` for no sections.
    options
        Keys that were given as options, by section.

    Raises
    ------
    InputError
        If the file cannot be read.
    """
    content = {} if path is None else read_toml(path)
    for section, given in options.items():
        stored = content.get(section, {})
        if not given:
            continue
        if not isinstance(stored, Mapping):
            stored = {}
        if section == "column" and "path" in given:
            stored = {k: v for k, v in stored.items() if k == "surround"}
        if section == "column" and "size" in given:
            stored = {k: v for k, v in stored.items() if k not in _OTHER_EXTENTS}
        if section == "training" and _ENDS & set(given):
            stored = {k: v for k, v in stored.items() if k not in _ENDS}
        content[section] = merge_keys(stored, given)
    return content


_OTHER_EXTENTS = {"path", "background_hz", "radius_um"}
_ENDS = {"steps", "epochs", "minutes"}
