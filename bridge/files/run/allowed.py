"""Whether a run folder may be written: asked before any work, and again."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import RunFolderError
from bridge.files.regular_file import read_text
from bridge.files.run.marker import Marker, read_marker
from bridge.files.run.places import is_real_file, is_taken, sibling
from bridge.files.system_errors import OF_MACHINE

CONFIG = "config.toml"
"""The complete configuration of a run."""

_ANOTHER = "choose another --out"
_AGAIN = "start again (validate, train: --overwrite)"
_ANOTHER_OR_AGAIN = f"{_ANOTHER} or {_AGAIN}"


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Say of a run folder that the system does not let it be written.

    Parameters
    ----------
    path
        The folder.

    Raises
    ------
    RunFolderError
        For a place that cannot be written to.
    OSError
        If the machine has too little of something.
    """
    try:
        yield
    except OSError as error:
        reason = error.strerror or str(error)
        where = error.filename or str(path)
        if error.errno in OF_MACHINE:
            raise OSError(error.errno, reason, where) from None
        raise RunFolderError(f"{path}: cannot be written ({reason}: {where})") from None


def resolved(path: Path) -> Path:
    """Return where a run folder lies, links followed; one may be a link itself."""
    # Path.resolve() raises RuntimeError on a loop of links.
    return Path(os.path.realpath(path))


def refuse_overlap(out: Path, inputs: Mapping[str, Path]) -> None:
    """Refuse a place for results that is, holds or lies in one of the inputs.

    Parameters
    ----------
    out
        File or folder for the results.
    inputs
        Files and folders that the command reads, by what the user calls them.

    Raises
    ------
    RunFolderError
        One line that names the input.
    """
    place = resolved(out)
    for name, path in inputs.items():
        read = resolved(path)
        if place == read:
            how = "is"
        elif read.is_relative_to(place):
            how = "holds"
        elif place.is_relative_to(read):
            how = "lies in"
        else:
            continue
        raise RunFolderError(
            f"{out}: {how} an input, {name} ({path}), which a result must not touch; "
            f"{_ANOTHER}"
        )


def is_own_config(out: Path, config: Path) -> bool:
    """Whether a configuration is that of the run that is repeated.

    It may be replaced: the new run's says all that it says.
    """
    return resolved(config) == resolved(out) / CONFIG


def check_out(
    out: Path,
    command: str,
    inputs: Mapping[str, Path],
    *,
    overwrite: bool = False,
    resume: bool = False,
) -> None:
    """Refuse a run folder that could not be written at the end.

    Parameters
    ----------
    out
        The run folder.
    command
        What is to write it.
    inputs
        See :func:`refuse_overlap`.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Raises
    ------
    RunFolderError
        If it cannot be written to, is or holds something that must stay.
    """
    if overwrite and resume:
        raise RunFolderError(f"{out}: give --overwrite or --resume, not both")
    path = resolved(out)
    refuse_overlap(out, inputs)
    with refusing(out):
        _check_place(path)
        if not is_taken(sibling(path, "old")):  # else a crash is undone first
            check_former(path, command, overwrite=overwrite, resume=resume)


def check_new_file(out: Path, inputs: Mapping[str, Path]) -> None:
    """Refuse a place for one file that could not be written at the end.

    Parameters
    ----------
    out
        The file.
    inputs
        See :func:`refuse_overlap`.

    Raises
    ------
    RunFolderError
        If something is there, it lies in no folder, or cannot be written to.
    """
    refuse_overlap(out, inputs)
    with refusing(out):
        if is_taken(out):
            raise RunFolderError(f"{out}: is there already; {_ANOTHER}")
        folder = out.absolute().parent
        if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
            reason = "no permission" if folder.is_dir() else "there is no such folder"
            raise RunFolderError(f"{out}: cannot be written ({folder}: {reason})")


def _check_place(path: Path) -> None:
    if not path.name or path.is_symlink():
        raise RunFolderError(f"{path}: is not a place for a run")
    is_taken(sibling(path, "new-12345678"))  # raises where the name is too long
    nearest = next(up for up in (path, *path.parents) if is_taken(up))
    if path.is_file():
        raise RunFolderError(f"{path}: is a file; --out needs a folder")
    if not nearest.is_dir() or not os.access(nearest, os.W_OK | os.X_OK):
        reason = "no permission" if nearest.is_dir() else "is not a folder"
        raise RunFolderError(f"{path}: cannot be written ({nearest}: {reason})")


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
            f"{path}: is not empty; {_ANOTHER}, or give --overwrite to replace a "
            "former result (validate, train: or --resume to continue a run)"
        )
    marker = read_marker(path)
    if marker is None:
        raise RunFolderError(
            f"{path}: holds files that v1bridge did not write, and no result of it, in "
            f"the way; {_ANOTHER}"
        )
    if marker.command is None:
        raise RunFolderError(
            f"{path}: is of an earlier version and does not say which command wrote "
            f"it; {_ANOTHER}"
        )
    if marker.command != command:
        raise RunFolderError(
            f"{path}: was written by 'v1bridge {marker.command}', and 'v1bridge "
            f"{command}' does not replace that; {_ANOTHER}"
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
            f"resumed; {_ANOTHER_OR_AGAIN}"
        )
    if marker.inputs is None and inputs:
        raise RunFolderError(
            f"{path}: is of an earlier version, which did not keep what it read; "
            f"{_ANOTHER_OR_AGAIN}"
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
            f"cannot be resumed; {_ANOTHER_OR_AGAIN}"
        )
