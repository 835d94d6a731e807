"""What a run folder holds already: whether it may be replaced, or resumed."""

from collections.abc import Mapping
from pathlib import Path

from bridge.errors import RunFolderError
from bridge.files.regular_file import read_text
from bridge.files.run.marker import Marker, read_marker
from bridge.files.run.places import ANOTHER, is_real_file

CONFIG = "config.toml"
"""The complete configuration of a run."""

_AGAIN = "start again (validate, train: --overwrite)"


def check_former(
    path: Path, command: str, *, overwrite: bool, resume: bool
) -> Marker | None:
    """Refuse a folder that holds something that must stay.

    Returns
    -------
    Marker or None
        Of the former result of the same command, where there is one.

    Raises
    ------
    RunFolderError
        If it holds something and neither flag is set, something that is not ours,
        or what another command wrote.
    """
    if not path.exists():
        return None
    if not path.is_dir():
        raise RunFolderError(f"{path}: is a file; --out needs a folder")
    if not any(path.iterdir()):
        return None
    if not (overwrite or resume):
        raise RunFolderError(
            f"{path}: is not empty; {ANOTHER}, or give --overwrite to replace a "
            "former result (validate, train: or --resume to continue a run)"
        )
    marker = read_marker(path)
    if marker is None:
        raise RunFolderError(
            f"{path}: holds files that v1bridge did not write, and no result of it, in "
            f"the way; {ANOTHER}"
        )
    if marker.command is None:
        raise RunFolderError(
            f"{path}: is of an earlier version and does not say which command wrote "
            f"it; {ANOTHER}"
        )
    if marker.command != command:
        raise RunFolderError(
            f"{path}: was written by 'v1bridge {marker.command}', and 'v1bridge "
            f"{command}' does not replace that; {ANOTHER}"
        )
    return marker


def check_same(
    path: Path, marker: Marker, config: str, inputs: Mapping[str, str]
) -> None:
    """Refuse to resume a complete run of another configuration or of other inputs.

    Parameters
    ----------
    path, marker
        The run folder and its marker.
    config
        Complete configuration (TOML).
    inputs
        Hash of the content of each input, by name.

    Raises
    ------
    RunFolderError
        One line that says what differs.
    """
    former = path / CONFIG
    if not is_real_file(path, CONFIG) or read_text(former) != config:
        raise RunFolderError(
            f"{path}: holds a run of another configuration, which cannot be "
            f"resumed; {ANOTHER} or {_AGAIN}"
        )
    if marker.inputs is None and inputs:
        raise RunFolderError(
            f"{path}: is of an earlier version, which did not keep what it read; "
            f"{ANOTHER} or {_AGAIN}"
        )
    refuse_changed(path, marker.inputs or {}, inputs)


def refuse_changed(
    path: Path, former: Mapping[str, str], inputs: Mapping[str, str]
) -> None:
    """Refuse to resume a run whose inputs are not what they were.

    Parameters
    ----------
    path
        What to call the run.
    former, inputs
        Hash of the content of each input, by name: then, and now.

    Raises
    ------
    RunFolderError
        One line that names what changed.
    """
    names = sorted({*former, *inputs})
    changed = [name for name in names if former.get(name) != inputs.get(name)]
    if changed:
        raise RunFolderError(
            f"{path}: {' and '.join(changed)} changed since the run began, which "
            f"cannot be resumed; {ANOTHER} or {_AGAIN}"
        )
