"""Compiled programs and libraries, kept by their content and never half-written."""

import errno
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from bridge.errors import DeviceError

BINARY = "main"
"""Name of the program or library inside its folder."""

CHECKSUM = "sha256"
"""Name of the file that holds the SHA-256 of the binary."""


def cache_folder() -> Path:
    """Return the folder of compiled programs and libraries.

    It is ``$V1BRIDGE_CACHE`` if that is set, else the user's cache folder.

    Raises
    ------
    DeviceError
        If neither is known, as for a user without a home.
    """
    given = os.environ.get("V1BRIDGE_CACHE")
    if given:
        return Path(given)
    base = os.environ.get("XDG_CACHE_HOME")
    if base and sys.platform != "darwin":
        return Path(base) / "v1bridge"
    try:
        home = Path.home()
    except RuntimeError:
        raise DeviceError(
            "there is no home folder to keep what is compiled in; name a folder in "
            "V1BRIDGE_CACHE"
        ) from None
    caches = "Library/Caches" if sys.platform == "darwin" else ".cache"
    return home / caches / "v1bridge"


def content_key(content: dict[str, object]) -> str:
    """Return the name of the cache entry that holds this content."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def hashes_of(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Return the SHA-256 of files by name, for the content of an entry.

    Parameters
    ----------
    folder, names
        Paths of the files, relative to the folder.
    """
    return {name: _checksum(folder / name) for name in names}


def find_cached(key: str) -> Path | None:
    """Return the binary of an entry; None where it is missing or damaged.

    Raises
    ------
    DeviceError
        If there is no folder to look in (:func:`cache_folder`).
    """
    binary = cache_folder() / key / BINARY
    try:
        expected = binary.with_name(CHECKSUM).read_text()
        return binary if _checksum(binary) == expected else None
    except OSError:
        return None


def cached_binary(key: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Return a compiled binary, making it if it is not there whole.

    It is made in a temporary folder beside its place and moved there in one
    step, so an interruption leaves nothing behind, and of two processes that
    make the same one, the second finds the first one's. One that is damaged is
    replaced.

    Parameters
    ----------
    key
        Name of the entry (:func:`content_key`).
    make
        Fills an empty folder with the binary and what it needs.

    Returns
    -------
    path : Path
        The binary.
    was_cached : bool
        Whether nothing had to be made.

    Raises
    ------
    DeviceError
        If there is no cache folder or it cannot be written.
    """
    found = find_cached(key)
    if found is not None:
        return found, True
    folder = cache_folder() / key
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise DeviceError(
            f"cannot keep what is compiled in {folder.parent} ({error.strerror}); "
            "name another folder in V1BRIDGE_CACHE"
        ) from error
    try:
        make(work)
        (work / CHECKSUM).write_text(_checksum(work / BINARY))
        _move_in(work, key)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder / BINARY, False


def drop_cached(key: str) -> None:
    """Take an entry that will not do out of the cache, in one step, if it is there.

    Parameters
    ----------
    key
        Name of the entry.

    Raises
    ------
    OSError
        If the cache folder cannot be written.
    """
    folder = cache_folder() / key
    aside = Path(tempfile.mkdtemp(prefix="dropped-", dir=folder.parent))
    try:
        with suppress(FileNotFoundError):
            folder.rename(aside / key)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _move_in(work: Path, key: str) -> None:
    """Make a folder the entry, unless another process has made a whole one."""
    while find_cached(key) is None:
        try:
            work.rename(cache_folder() / key)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
            drop_cached(key)
        else:
            return


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
