"""Replacing the files of a run: all of them, or none, also after a crash.

The former files are moved to ``.RUN.v1bridge-old`` before the new ones are moved into
place. A journal there, written before anything is moved, says how to undo it.
"""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

from bridge.errors import InputError, RunFolderError
from bridge.files.regular_file import read_text
from bridge.files.run.places import (
    ANOTHER,
    is_inner_name,
    is_real_file,
    is_taken,
    make_parents,
    remove_empty_folders,
    require_real_folder,
    sibling,
)
from bridge.files.written_file import write_text

JOURNAL = "journal.json"


class _Journal(NamedTuple):
    new: list[str]
    former: list[str]


def replace_files(path: Path, staging: Path, new: list[str], former: list[str]) -> None:
    """Move files into a run folder in the place of former ones.

    Parameters
    ----------
    path
        The run folder.
    staging
        Folder beside it with the new files.
    new, former
        Names of the files to move in and of those to take away.

    Raises
    ------
    OSError, RunFolderError
        If a step fails; the former files are in place again.
    """
    old = sibling(path, "old")
    old.mkdir()
    try:
        write_text(old / JOURNAL, json.dumps({"new": new, "former": former}))
        move_files(path, old, former)
        move_files(staging, path, new)
    except BaseException:
        recover(path)
        raise
    (old / JOURNAL).unlink()
    shutil.rmtree(old, ignore_errors=True)
    remove_empty_folders(path, former)


def move_files(source: Path, destination: Path, names: list[str]) -> None:
    """Move the files that are there from one folder to another."""
    for name in names:
        if is_real_file(source, name):
            make_parents(destination, name)
            (source / name).rename(destination / name)


def recover(path: Path) -> None:
    """Put a former run back that a crash left half replaced.

    Parameters
    ----------
    path
        The run folder.

    Raises
    ------
    RunFolderError
        If the journal is not one of ours, or a link is in the way.
    """
    old = sibling(path, "old")
    require_real_folder(old)
    if not old.exists():
        return
    journal = _read_journal(old)
    if journal is not None:
        _put_back(path, old, journal)
        (old / JOURNAL).unlink()
    # Without a journal nothing was moved yet, or everything.
    shutil.rmtree(old, ignore_errors=True)


def _put_back(path: Path, old: Path, journal: _Journal) -> None:
    path.mkdir(parents=True, exist_ok=True)
    for name in journal.former:
        if is_real_file(old, name):
            if is_taken(path / name) and not is_real_file(path, name):
                raise RunFolderError(
                    f"{path / name}: is in the way of a former result, which lies in "
                    f"{old}; move it away"
                )
            make_parents(path, name)
            (old / name).replace(path / name)
    for name in set(journal.new) - set(journal.former):
        if is_real_file(path, name):
            (path / name).unlink()
    remove_empty_folders(path, journal.new)


def _read_journal(old: Path) -> _Journal | None:
    """Return the journal; None where nothing was moved yet, or everything was."""
    place = old / JOURNAL
    if not is_taken(place):
        return None
    foreign = RunFolderError(
        f"{place}: is not a journal of v1bridge; {old} may hold a former result: "
        f"look there, then remove it, or {ANOTHER}"
    )
    if not is_real_file(old, JOURNAL):
        raise foreign
    try:
        content = json.loads(read_text(place))
    except InputError:
        raise foreign from None
    except (ValueError, RecursionError):
        # Earlier versions wrote it in place: one that is cut short is of a run that
        # was killed meanwhile, before it moved anything.
        if [found.name for found in old.iterdir()] == [JOURNAL]:
            return None
        raise foreign from None
    if not isinstance(content, dict) or set(content) != set(_Journal._fields):
        raise foreign
    for names in content.values():
        if not isinstance(names, list) or not all(map(is_inner_name, names)):
            raise foreign
    return _Journal(**content)
