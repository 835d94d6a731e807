"""The marker: which command wrote a folder, which files, and from what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import InputError
from bridge.files.json_file import read_json, write_json
from bridge.files.run.places import is_inner_name, is_real_file
from bridge.version import __version__

MARKER = ".v1bridge"
"""File that makes a folder ours."""

_OF_EARLIER_VERSIONS = {
    "report.json": "validate",
    "results.json": "train",
    "simulation.json": "simulate",
    "comparison.json": "report",
    "circuit_config.json": "column",
}
"""The file that told which command had written a folder before the marker did."""


@dataclass(frozen=True)
class Marker:
    """What a marker says.

    Attributes
    ----------
    command
        The command that wrote the folder; None where an earlier version does not
        let it be known.
    inputs
        Hash of the content of each input, by name; None in an earlier version.
    files
        Names of the files.
    """

    command: str | None
    inputs: dict[str, str] | None
    files: tuple[str, ...]

    def own_files(self, folder: Path) -> list[str]:
        """Return the files that are there, and are files: no folders, no links."""
        return [name for name in self.files if is_real_file(folder, name)]


def write_marker(
    folder: Path, command: str, inputs: Mapping[str, str], files: Sequence[str]
) -> None:
    """Write the marker of a folder.

    Parameters
    ----------
    folder
        The folder.
    command, inputs, files
        See :class:`Marker`.
    """
    content = {
        "version": __version__,
        "command": command,
        "inputs": dict(inputs),
        "files": list(files),
    }
    write_json(folder / MARKER, content)


def read_marker(folder: Path) -> Marker | None:
    """Return what the marker of a folder says; None where there is none of ours.

    One that names a file outside of the folder is not ours.
    """
    if not is_real_file(folder, MARKER):
        return None
    try:
        content = read_json(folder / MARKER)
    except InputError:
        return None
    files = content.get("files")
    command, inputs = content.get("command"), content.get("inputs")
    if not isinstance(files, list) or not all(map(is_inner_name, files)):
        return None
    if not isinstance(command, str):
        known = [c for name, c in _OF_EARLIER_VERSIONS.items() if name in files]
        command = known[0] if known else None
    if not is_digests(inputs):
        inputs = None
    return Marker(command, inputs, tuple(files))


def is_digests(value: object) -> bool:
    """Whether something maps names to hashes."""
    return isinstance(value, dict) and all(isinstance(v, str) for v in value.values())
