"""Whether a place can take a result: asked before any work."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import RunFolderError
from bridge.files.run.former import CONFIG, check_former
from bridge.files.run.places import ANOTHER, is_taken, resolved, sibling
from bridge.files.system_errors import OF_MACHINE, reason_of


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
        reason = reason_of(error)
        where = error.filename or str(path)
        if error.errno in OF_MACHINE:
            raise OSError(error.errno, reason, where) from None
        raise RunFolderError(f"{path}: cannot be written ({reason}: {where})") from None


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
            f"{ANOTHER}"
        )


def check_out(
    out: Path,
    command: str,
    inputs: Mapping[str, Path],
    *,
    config: Path | None = None,
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
    config
        File that the configuration was read from, where there is one. That of the run
        that is repeated may be replaced: the new run's says all that it says.
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
    if config is not None and resolved(config) != path / CONFIG:
        inputs = {**inputs, "configuration": config}
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
            raise RunFolderError(f"{out}: is there already; {ANOTHER}")
        _check_writable(out, out.absolute().parent, "there is no such folder")


def _check_place(path: Path) -> None:
    if not path.name or path.is_symlink():
        raise RunFolderError(f"{path}: is not a place for a run")
    is_taken(sibling(path, "new-12345678"))  # raises where the name is too long
    nearest = next(up for up in (path, *path.parents) if is_taken(up))
    if path.is_file():
        raise RunFolderError(f"{path}: is a file; --out needs a folder")
    _check_writable(path, nearest, "is not a folder")


def _check_writable(place: Path, folder: Path, otherwise: str) -> None:
    if not folder.is_dir() or not os.access(folder, os.W_OK | os.X_OK):
        reason = "no permission" if folder.is_dir() else otherwise
        raise RunFolderError(f"{place}: cannot be written ({folder}: {reason})")
