"""Compiled programs and libraries, kept by their content and never half-written."""

import fcntl
import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import DeviceError

BINARY = "main"
"""Name of the program or library inside its folder."""

CHECKSUMS = "sha256"
"""Name of the file with the SHA-256 of every other file, as sha256sum writes them."""


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
        return Path(given).absolute()  # programs run in folders of their own
    base = os.environ.get("XDG_CACHE_HOME")
    if base and sys.platform != "darwin":
        return Path(base).absolute() / "v1bridge"
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


def hashes_of(folder: Path, names: Iterable[str]) -> dict[str, str]:
    """Return the SHA-256 of files by name, for the content of an entry.

    Parameters
    ----------
    folder, names
        Paths of the files, relative to the folder.
    """
    return {name: _checksum(folder / name) for name in names}


def find_cached(key: str) -> Path | None:
    """Return the binary of an entry; None where any of its files is damaged.

    Raises
    ------
    DeviceError
        If there is no folder to look in (:func:`cache_folder`).
    """
    folder = cache_folder() / key
    try:
        is_whole = (folder / CHECKSUMS).read_text() == _checksums(folder)
    except (OSError, UnicodeDecodeError):
        return None
    return folder / BINARY if is_whole else None


def cached_binary(
    key: str,
    make: Callable[[Path], None],
    will_do: Callable[[Path], bool] = lambda binary: True,
) -> tuple[Path, bool]:
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
    will_do
        Says of a whole binary whether it is of use here; if not it is replaced, too.

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

    def is_there() -> bool:
        found = find_cached(key)
        return found is not None and will_do(found)

    folder = cache_folder() / key
    if is_there():
        return folder / BINARY, True
    with _writing(folder.parent):
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    try:
        with _writing(folder.parent):
            make(work)
            checksums = _checksums(work)
            (work / CHECKSUMS).write_text(checksums)
            work.chmod(0o755)  # other users of the cache may read it
            _write_out(work)
            # Held from the look to the move: what is made room for is not an entry
            # that another process has put there, and uses, since the look.
            with _lock(folder):
                if not is_there():
                    _make_room(folder)
                    work.rename(folder)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder / BINARY, False


def _write_out(folder: Path) -> None:
    """Wait until the disk holds a folder's files: a move may survive a power cut alone.

    What is cut short nevertheless does not match its checksum, and is made anew.
    """
    for path in (*folder.rglob("*"), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def _writing(cache: Path) -> Iterator[None]:
    """Name the cache in what is said of a file or folder that cannot be written."""
    try:
        yield
    except OSError as error:
        raise DeviceError(
            f"cannot keep what is compiled in {cache} ({error.strerror or error}); "
            "name another folder in V1BRIDGE_CACHE"
        ) from error


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    """Hold the place of an entry against other processes; its lock file stays."""
    path = folder.with_name(f"{folder.name}.lock")
    try:  # for writing: some network file systems lock nothing else
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    except PermissionError:  # another user's
        descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _make_room(folder: Path) -> None:
    """Take an entry that will not do out of its place, in one step, if it is there."""
    if not folder.exists():
        return
    aside = Path(tempfile.mkdtemp(prefix="dropped-", dir=folder.parent))
    try:
        folder.rename(aside)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _checksums(folder: Path) -> str:
    """Return a line for every file of a folder but the checksums themselves."""
    names = [
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*")
        if path.is_file() and path != folder / CHECKSUMS
    ]
    hashes = hashes_of(folder, sorted({BINARY, *names}))
    return "".join(f"{value}  {name}\n" for name, value in hashes.items())


def _checksum(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
