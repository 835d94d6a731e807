"""Run folders: written whole or not at all, and never over foreign files.

A run is staged beside its destination, on the same file system, and moved into
place at the end. Two siblings of a run folder ``RUN`` may exist meanwhile:
``.RUN.v1bridge-stages`` (checkpoints of an unfinished run) and
``.RUN.v1bridge-old`` (the former result while it is being replaced). ``RUN`` may be a
link; one that lies in it, or in the place of a sibling, is never followed.
"""

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from bridge.errors import RunFolderError
from bridge.files.run.former import CONFIG, check_former, check_same
from bridge.files.run.lock import locked
from bridge.files.run.marker import MARKER, read_marker, write_marker
from bridge.files.run.out import check_out, refusing
from bridge.files.run.places import (
    ANOTHER,
    is_real_folder,
    is_taken,
    resolved,
    sibling,
)
from bridge.files.run.replacing import recover, replace_files
from bridge.files.stages import Stages
from bridge.files.written_file import made_folder

__all__ = ["CONFIG", "RunFolder", "is_complete", "open_run_folder"]


class _Run(NamedTuple):
    """What a run is, beside its place."""

    command: str
    config: str
    inputs: Mapping[str, str]


class RunFolder:
    """An open run folder: write into ``staging``, then :meth:`commit`.

    Made by :func:`open_run_folder`.

    Attributes
    ----------
    path
        Destination.
    staging
        Empty folder to write the files of the run into.
    stages
        Checkpoints, kept when the run is interrupted.
    """

    def __init__(self, path: Path, staging: Path, stages: Stages, run: _Run) -> None:
        self.path = path
        self.staging = staging
        self.stages = stages
        self._run = run

    def commit(self) -> None:
        """Move everything in ``staging`` to ``path``; all of it or nothing.

        Files of the former run are taken away, all other files stay.

        Raises
        ------
        RunFolderError
            If a file that is not ours is in the way, or the folder cannot be
            written.
        OSError
            If the disk is full or fails; the former content is unchanged.
        """
        names = _files_in(self.staging)
        former = _former_files(self.path)
        _check_free(self.path, [*names, MARKER], former)
        write_marker(self.staging, self._run.command, self._run.inputs, names)
        with refusing(self.path):
            if self.path.exists():
                replace_files(self.path, self.staging, [*names, MARKER], former)
            else:
                self.staging.rename(self.path)
        self.stages.discard()


@contextmanager
def open_run_folder(
    path: Path,
    config: str,
    *,
    command: str,
    inputs: Mapping[str, str] | None = None,
    overwrite: bool = False,
    resume: bool = False,
) -> Iterator[RunFolder]:
    """Open a run folder for writing, after checking that it may be written.

    Parameters
    ----------
    path
        The folder; it and its parents are made where missing.
    config
        Complete configuration (TOML); a resumed run must have the same.
    command
        The command that writes it: no other one's result is replaced.
    inputs
        Hash of the content of each input, by name; those of a resumed run must be
        the same.
    overwrite
        Replace our own files of a former run, once the new one is complete.
    resume
        Continue an interrupted run from its checkpoints; starts afresh where
        there are none.

    Yields
    ------
    RunFolder
        Open until the block ends. Without a commit nothing at ``path`` has
        changed, and the checkpoints stay for ``resume``.

    Raises
    ------
    RunFolderError
        If ``path`` holds something and neither flag allows it, holds what another
        command or somebody else wrote, belongs to another configuration or other
        inputs (``resume``), is in use by another process, or cannot be written.
    OSError
        If the disk is full.
    """
    run = _Run(command, config, inputs or {})
    check_out(path, command, {}, overwrite=overwrite, resume=resume)
    with ExitStack() as cleanup:
        with refusing(path):
            folder = _prepare(resolved(path), run, overwrite, resume, cleanup)
        yield folder


def is_complete(path: Path) -> bool:
    """Tell whether a folder holds a complete run (its marker and every file)."""
    marker = read_marker(path)
    return (
        marker is not None
        and bool(marker.files)
        and all((path / name).is_file() for name in marker.files)
    )


def _prepare(
    path: Path, run: _Run, overwrite: bool, resume: bool, cleanup: ExitStack
) -> RunFolder:
    cleanup.enter_context(made_folder(path.parent))
    cleanup.enter_context(locked(path))
    recover(path)
    prefix = f".{path.name}.v1bridge-new-"
    for left_over in path.parent.iterdir():  # of a run that was killed
        is_ours = re.fullmatch(rf"{re.escape(prefix)}[a-z0-9_]+", left_over.name)
        if is_ours and is_real_folder(left_over):
            shutil.rmtree(left_over, ignore_errors=True)
    marker = check_former(path, run.command, overwrite=overwrite, resume=resume)
    if resume and marker is not None:
        check_same(path, marker, run.config, run.inputs)
    stages = Stages(sibling(path, "stages"), run.config, run.inputs)
    stages.open(keep=resume, discard=overwrite)
    if resume and is_complete(path):
        stages.discard()  # of a run that was killed after its commit
    cleanup.callback(stages.close)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
    cleanup.callback(shutil.rmtree, staging, ignore_errors=True)
    staging.chmod(0o755)  # mkdtemp's 0700 would stay with the finished folder
    return RunFolder(path, staging, stages, run)


def _former_files(path: Path) -> list[str]:
    """Return our files in a folder, its marker among them."""
    marker = read_marker(path)
    return [] if marker is None else [*marker.own_files(path), MARKER]


def _files_in(folder: Path) -> list[str]:
    return sorted(
        found.relative_to(folder).as_posix()
        for found in folder.rglob("*")
        if found.is_file() and found != folder / MARKER
    )


def _check_free(path: Path, names: list[str], own: list[str]) -> None:
    """Refuse where a new file would fall on one that is not ours."""
    if not path.exists():
        return
    for name in names:
        place = path / name
        if name not in own and is_taken(place):
            raise RunFolderError(
                f"{place}: was not written by v1bridge and is in the way; {ANOTHER}"
            )
        for up in PurePosixPath(name).parents:
            inside = path / up
            if is_taken(inside) and not is_real_folder(inside):
                raise RunFolderError(
                    f"{inside}: is not a folder of this run; {ANOTHER}"
                )
