"""Run folders: written whole or not at all, and never over foreign files.

A run is staged beside its destination, on the same file system, and moved into
place at the end. Two siblings of a run folder ``RUN`` may exist meanwhile:
``.RUN.v1bridge-stages`` (checkpoints of an unfinished run) and
``.RUN.v1bridge-old`` (the former result while it is being replaced).
"""

import fcntl
import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath

from bridge.errors import RunFolderError
from bridge.files.json_file import write_json
from bridge.files.stages import Stages
from bridge.version import __version__

MARKER = ".v1bridge"
"""File that makes a folder ours; it lists the files that we wrote."""

CONFIG = "config.toml"
"""The complete configuration of a run."""


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

    def __init__(self, path: Path, staging: Path, stages: Stages) -> None:
        self.path = path
        self.staging = staging
        self.stages = stages

    def commit(self) -> None:
        """Move everything in ``staging`` to ``path``; all of it or nothing.

        Files of the former run are taken away, all other files stay.

        Raises
        ------
        RunFolderError
            If a file that is not ours is in the way, or the disk refuses.
        """
        names = _files_in(self.staging)
        _check_free(self.path, names)
        marker = {"version": __version__, "files": names}
        write_json(self.staging / MARKER, marker)
        try:
            if self.path.exists():
                _replace(self.path, self.staging, [*names, MARKER])
            else:
                self.staging.rename(self.path)
        except OSError as error:
            raise RunFolderError(
                f"{self.path}: the result could not be put in place "
                f"({error.strerror}); the former content is unchanged"
            ) from error
        self.stages.discard()


@contextmanager
def open_run_folder(
    path: Path, config: str, *, overwrite: bool = False, resume: bool = False
) -> Iterator[RunFolder]:
    """Open a run folder for writing, after checking that it may be written.

    Parameters
    ----------
    path
        The folder; it and its parents are made where missing.
    config
        Complete configuration (TOML); a resumed run must have the same.
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
        If ``path`` holds something and neither flag allows it, holds a file of
        somebody else in a place we need, belongs to another configuration
        (``resume``), is in use by another process, or cannot be written.
    """
    if overwrite and resume:
        raise RunFolderError(f"{path}: give --overwrite or --resume, not both")
    with ExitStack() as cleanup:
        try:
            folder = _prepare(
                path.absolute().resolve(), config, overwrite, resume, cleanup
            )
        except OSError as error:
            raise RunFolderError(
                f"{path}: cannot be written ({error.strerror}: {error.filename})"
            ) from error
        yield folder


def is_complete(path: Path) -> bool:
    """Tell whether a folder holds a complete run (its marker and every file)."""
    files = _own_files(path)
    return bool(files) and all((path / name).is_file() for name in files)


def _sibling(path: Path, what: str) -> Path:
    return path.parent / f".{path.name}.v1bridge-{what}"


def _prepare(
    path: Path, config: str, overwrite: bool, resume: bool, cleanup: ExitStack
) -> RunFolder:
    if not path.name:
        raise RunFolderError(f"{path}: is not a place for a run")
    path.parent.mkdir(parents=True, exist_ok=True)
    cleanup.enter_context(_locked(path))
    _recover(path)
    prefix = f".{path.name}.v1bridge-new-"
    for left_over in path.parent.glob(f"{glob.escape(prefix)}*"):
        shutil.rmtree(left_over, ignore_errors=True)  # of a run that was killed
    _check_allowed(path, config, overwrite=overwrite, resume=resume)
    stages = Stages(_sibling(path, "stages"), config)
    stages.open(keep=resume, discard=overwrite)
    cleanup.callback(stages.close)
    staging = Path(tempfile.mkdtemp(prefix=prefix, dir=path.parent))
    cleanup.callback(shutil.rmtree, staging, ignore_errors=True)
    staging.chmod(0o755)  # mkdtemp's 0700 would stay with the finished folder
    return RunFolder(path, staging, stages)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock_path = _sibling(path, "lock")
    with lock_path.open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its holder may have removed the file between our open and our lock.
            is_current = os.path.samestat(os.fstat(lock.fileno()), lock_path.stat())
        except OSError:
            is_current = False
        if not is_current:
            raise RunFolderError(
                f"{path}: another run is writing to this folder; choose another --out"
            )
        try:
            yield
        finally:
            lock_path.unlink(missing_ok=True)


def _own_files(path: Path) -> list[str]:
    """Names that the marker lists; none where there is no marker of ours."""
    try:
        names = json.loads((path / MARKER).read_text(encoding="utf-8"))["files"]
        pure = [PurePosixPath(name) for name in names]
    except (OSError, ValueError, KeyError, TypeError):
        return []
    # A marker that was tampered with must not lead outside the folder.
    if any(name.is_absolute() or ".." in name.parts for name in pure):
        return []
    return [str(name) for name in pure]


def _files_in(folder: Path) -> list[str]:
    return sorted(
        found.relative_to(folder).as_posix()
        for found in folder.rglob("*")
        if found.is_file() and found != folder / MARKER
    )


def _check_allowed(path: Path, config: str, *, overwrite: bool, resume: bool) -> None:
    if not path.exists():
        return
    if not path.is_dir():
        raise RunFolderError(f"{path}: is a file; --out needs a folder")
    if not any(path.iterdir()):
        return
    if not (overwrite or resume):
        raise RunFolderError(
            f"{path}: is not empty; choose another --out, or give --overwrite to "
            "replace a former result (validate: or --resume to continue a run)"
        )
    if resume and _own_files(path):
        former = path / CONFIG
        if not former.is_file() or former.read_text(encoding="utf-8") != config:
            raise RunFolderError(
                f"{path}: holds a run of another configuration, which cannot be "
                "resumed; choose another --out or give --overwrite"
            )


def _check_free(path: Path, names: list[str]) -> None:
    """Refuse where a new file would fall on one that is not ours."""
    if not path.exists():
        return
    own = {*_own_files(path), MARKER} if _own_files(path) else set()
    for name in [*names, MARKER]:
        place = path / name
        if name not in own and (place.exists() or place.is_symlink()):
            raise RunFolderError(
                f"{place}: was not written by v1bridge and is in the way; "
                "choose another --out"
            )
        for folder in place.relative_to(path).parents:
            inside = path / folder
            if inside != path and inside.exists() and not _is_real_folder(inside):
                raise RunFolderError(
                    f"{inside}: is not a folder of this run; choose another --out"
                )


def _is_real_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _move(source: Path, destination: Path, names: list[str]) -> None:
    for name in names:
        if (source / name).exists() or (source / name).is_symlink():
            (destination / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).rename(destination / name)


def _replace(path: Path, staging: Path, names: list[str]) -> None:
    """Swap our files in an existing folder, undoing it where a step fails."""
    old = _sibling(path, "old")
    former = [*_own_files(path), MARKER] if _own_files(path) else []
    old.mkdir()
    # Written first and read by _recover: what to undo after a crash.
    (old / "journal.json").write_text(json.dumps({"new": names, "former": former}))
    try:
        _move(path, old, former)
        _move(staging, path, names)
    except BaseException:
        _recover(path)
        raise
    (old / "journal.json").unlink()
    shutil.rmtree(old, ignore_errors=True)
    _remove_empty_folders(path, former)


def _remove_empty_folders(path: Path, names: list[str]) -> None:
    for folder in {(path / name).parent for name in names} - {path}:
        if _is_real_folder(folder) and not any(folder.iterdir()):
            folder.rmdir()


def _recover(path: Path) -> None:
    """Put a former run back that a crash left half replaced."""
    old = _sibling(path, "old")
    if not old.is_dir():
        return
    journal = old / "journal.json"
    if journal.is_file():
        names = json.loads(journal.read_text())
        for name in names["former"]:
            if (old / name).exists():
                (path / name).parent.mkdir(parents=True, exist_ok=True)
                (old / name).replace(path / name)
        for name in set(names["new"]) - set(names["former"]):
            (path / name).unlink(missing_ok=True)
        _remove_empty_folders(path, names["new"])
        journal.unlink()
    shutil.rmtree(old, ignore_errors=True)
