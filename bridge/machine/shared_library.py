"""Loops in C++ that are called from Python, compiled once for a machine."""

import ctypes
import os
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bridge.errors import DeviceError
from bridge.machine.binary_cache import (
    BINARY,
    cached_binary,
    content_key,
    find_cached,
    hashes_of,
)
from bridge.machine.compilation import run_all
from bridge.machine.compiler import find_compiler

COMPILE_SECONDS = 60.0


def load_shared_library(source: Path, flags: Sequence[str]) -> ctypes.CDLL | None:
    """Load a compiled file from the cache, compiling it at the first request.

    A cached library that is damaged, or that this machine does not load, is made
    anew. Where nothing can be kept in the cache it is made for this process alone.

    Parameters
    ----------
    source
        One file of C++ with functions of C linkage; it includes no other file of
        ours.
    flags
        Of the compiler, all that make a shared library.

    Returns
    -------
    ctypes.CDLL or None
        None where no compiler is found that takes these flags, or what it makes
        does not load.

    Raises
    ------
    DeviceError
        If ``CXX`` names a compiler that is not there.
    """
    try:
        compiler = find_compiler()
    except DeviceError:
        if os.environ.get("CXX", "").strip():
            raise
        return None
    key = content_key(
        {
            "library": hashes_of(source.parent, [source.name]),
            "compiler": compiler.identity,
            "flags": list(flags),
        }
    )
    with suppress(DeviceError):  # this process needs no cache
        found = find_cached(key)
        library = None if found is None else _load(found)
        if library is not None:
            return library
    return _compile_and_keep([*compiler.command, *flags, str(source.resolve())], key)


def _compile_and_keep(command: list[str], key: str) -> ctypes.CDLL | None:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Path(folder) / BINARY
        try:
            run_all(
                [[*command, "-o", str(made)]],
                Path(folder),
                explain=str,
                timeout_s=COMPILE_SECONDS,
            )
        except DeviceError:
            return None
        library = _load(made)
        if library is not None:
            with suppress(DeviceError, OSError):
                cached_binary(
                    key,
                    lambda entry: _copy(made, entry),
                    will_do=lambda binary: _load(binary) is not None,
                )
        return library


def _copy(made: Path, entry: Path) -> None:
    shutil.copy(made, entry / BINARY)


def _load(path: Path) -> ctypes.CDLL | None:
    try:
        return ctypes.CDLL(str(path))
    except OSError:
        return None
