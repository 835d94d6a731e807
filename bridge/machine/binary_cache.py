"""Compiled simulations, kept by their content and never half-written."""

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from bridge.errors import DeviceError

PROGRAM = "main"
"""Name of the binary inside its folder."""


def cache_folder() -> Path:
    """Return the folder of compiled simulations.

    It is ``$V1BRIDGE_CACHE`` if that is set, else the user's cache folder.
    """
    given = os.environ.get("V1BRIDGE_CACHE")
    if given:
        return Path(given)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "v1bridge"
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "v1bridge"


def content_key(content: dict[str, object]) -> str:
    """Return the name of the cache entry that holds this content."""
    text = json.dumps(content, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def cached_binary(key: str, make: Callable[[Path], None]) -> tuple[Path, bool]:
    """Return a compiled simulation, making it if it is not there yet.

    It is made in a temporary folder beside its place and moved there in one
    step, so an interruption leaves nothing behind, and of two processes that
    make the same one, the second finds the first one's.

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
        If the cache folder cannot be written.
    """
    folder = cache_folder() / key
    if (folder / PROGRAM).exists():
        return folder / PROGRAM, True
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix="making-", dir=folder.parent))
    except OSError as error:
        raise DeviceError(
            f"cannot keep compiled simulations in {folder.parent} ({error.strerror}); "
            "name another folder in V1BRIDGE_CACHE"
        ) from error
    try:
        make(work)
        try:
            work.rename(folder)
        except OSError:
            if not (folder / PROGRAM).exists():
                raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return folder / PROGRAM, False
