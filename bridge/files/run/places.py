"""Places in a run folder: none outside of it, and none behind a link."""

import os
import stat
from pathlib import Path, PurePosixPath

from bridge.errors import RunFolderError

ANOTHER = "choose another --out"
"""What a user can always do."""


def resolved(path: Path) -> Path:
    """Return where a run folder lies, links followed; one may be a link itself."""
    # Path.resolve() raises RuntimeError on a loop of links.
    return Path(os.path.realpath(path))


def sibling(path: Path, what: str) -> Path:
    """Return what lies beside a run folder while it is written.

    Parameters
    ----------
    path
        The run folder.
    what
        ``"lock"``, ``"stages"``, ``"old"``.
    """
    return path.parent / f".{path.name}.v1bridge-{what}"


def is_inner_name(name: object) -> bool:
    """Whether something names a file of a folder, as we write such names.

    Parameters
    ----------
    name
        What stood in a file: anything.
    """
    if not isinstance(name, str) or "\0" in name:
        return False
    pure = PurePosixPath(name)
    is_inside = bool(pure.parts) and not pure.is_absolute() and ".." not in pure.parts
    return is_inside and str(pure) == name


def is_taken(path: Path) -> bool:
    """Whether something is there, be it a link to nowhere."""
    return path.exists() or path.is_symlink()


def is_real_folder(path: Path) -> bool:
    """Whether it is a folder and not a link to one."""
    return path.is_dir() and not path.is_symlink()


def is_real_file(folder: Path, name: str) -> bool:
    """Whether a name is that of a regular file with no link on the way to it.

    Parameters
    ----------
    folder
        A real folder.
    name
        Name of the file in it, with ``/`` between folders.
    """
    place = folder / name
    inner = [folder / up for up in PurePosixPath(name).parents]
    try:
        is_regular = stat.S_ISREG(place.lstat().st_mode)
    except OSError:
        return False
    return is_regular and all(map(is_real_folder, inner))


def make_parents(folder: Path, name: str) -> None:
    """Make the folders that a name lies in.

    Raises
    ------
    RunFolderError
        If a link or a file is in the place of one.
    """
    for up in reversed(PurePosixPath(name).parents):
        place = folder / up
        if is_taken(place) and not is_real_folder(place):
            raise RunFolderError(f"{place}: is not a folder of this run; {ANOTHER}")
        place.mkdir(exist_ok=True)


def require_real_folder(path: Path) -> None:
    """Refuse a link or a file in the place of one of our own folders.

    Raises
    ------
    RunFolderError
        If one is there.
    """
    if is_taken(path) and not is_real_folder(path):
        raise RunFolderError(
            f"{path}: is no folder of v1bridge (links are not followed); remove it or "
            f"{ANOTHER}"
        )


def remove_empty_folders(folder: Path, names: list[str]) -> None:
    """Remove the folders that files lay in, where nothing else does."""
    inner = {folder / up for name in names for up in PurePosixPath(name).parents}
    for place in sorted(inner - {folder}, reverse=True):  # inner ones first
        if is_real_folder(place) and not any(place.iterdir()):
            place.rmdir()
