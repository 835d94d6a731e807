"""Writing files: whole and on the disk, or not at all; links are not followed."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from bridge.files.system_errors import writing_to

PARTIAL = ".v1bridge-*.part"
"""Names of files that are being written: a power cut may leave one behind."""

_CHUNK_BYTES = 2**20


def write_bytes(path: Path, content: bytes | memoryview) -> None:
    """Write a file, or replace one.

    Parameters
    ----------
    path
        The file. A link is replaced, and what it points to stays as it is.
    content
        Its bytes.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.system_errors.writing_to`; what was at ``path`` is
        there still, and nothing beside it.
    """
    with _replaced(path) as file:
        file.write(content)


def write_text(path: Path, text: str) -> None:
    """Write a text file in UTF-8, as :func:`write_bytes` does."""
    write_bytes(path, text.encode("utf-8"))


def append_text(path: Path, text: str) -> None:
    """Add to a text file; made where missing.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.system_errors.writing_to`, and if it is a link.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with writing_to(path), os.fdopen(os.open(path, flags, 0o666), "ab") as file:
        file.write(text.encode("utf-8"))


def new_file(path: Path) -> IO[bytes]:
    """Open a file for a process to write into, in the place of a former one.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.system_errors.writing_to`, and if it is a link.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with writing_to(path):
        if not path.is_symlink():
            path.unlink(missing_ok=True)
        return os.fdopen(os.open(path, flags, 0o666), "wb")


def copy_file(source: Path, path: Path) -> None:
    """Copy a file, as :func:`write_bytes` writes one."""
    with source.open("rb") as file, _replaced(path) as copy:
        while chunk := file.read(_CHUNK_BYTES):
            copy.write(chunk)


def copy_folder(source: Path, path: Path) -> None:
    """Copy the files of a folder, with those of its folders, to one that is new."""
    make_folder(path)
    for found in sorted(source.iterdir()):
        copy = copy_folder if found.is_dir() else copy_file
        copy(found, path / found.name)


def make_folder(path: Path) -> None:
    """Make a folder, and those that it lies in, where they are missing.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.system_errors.writing_to`.
    """
    with writing_to(path):
        path.mkdir(parents=True, exist_ok=True)


@contextmanager
def made_folder(path: Path) -> Iterator[None]:
    """Make a folder, and leave none at the end where nothing came into it.

    Parameters
    ----------
    path
        The folder; those that it lies in are made, and left, as well.

    Raises
    ------
    InputError, OSError
        As :func:`make_folder`.
    """
    made = [place for place in (path, *path.absolute().parents) if not place.exists()]
    try:
        make_folder(path)
        yield
    finally:
        with suppress(OSError):  # one that holds something stays
            for place in made:
                place.rmdir()


@contextmanager
def _replaced(path: Path) -> Iterator[IO[bytes]]:
    """Yield a new file that takes the place of ``path`` once it is on the disk."""
    # O_EXCL: a name that is free now, and no link, whatever lies in the folder.
    partial = path.with_name(PARTIAL.replace("*", secrets.token_hex(8)))
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    with writing_to(path):
        handle = os.open(partial, flags, 0o666)
        try:
            with os.fdopen(handle, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())  # a disk may be found full only here
            partial.replace(path)
        except BaseException:
            with suppress(OSError):
                partial.unlink()
            raise
