"""Reading files that may be anything: a pipe, a device, cut short, too large."""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from bridge.errors import InputError
from bridge.files.system_errors import reason_of

MOST_BYTES = 64 * 2**20
"""Largest text file that is read, bytes: far above any configuration or table."""


def check_regular(path: Path, what: str = "file") -> os.stat_result:
    """Refuse what is no regular file, without opening it (a pipe would block).

    Parameters
    ----------
    path
        The file; links to a regular file are followed.
    what
        What it should be (``"certificate"``), for the message.

    Returns
    -------
    os.stat_result
        Of the file.

    Raises
    ------
    InputError
        If it is missing, a folder, a pipe, a device or a socket, or cannot be
        looked at (a loop of links, no permission).
    """
    try:
        found = path.stat()
    except FileNotFoundError:
        raise InputError(f"{path}: no such {what}") from None
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        raise InputError(f"{path}: cannot be read ({reason_of(error)})") from None
    if stat.S_ISDIR(found.st_mode):
        raise InputError(f"{path}: is a folder, not a {what}")
    if not stat.S_ISREG(found.st_mode):
        raise InputError(f"{path}: is a pipe, device or socket, not a regular file")
    return found


@contextmanager
def reading(path: Path, what: str = "file") -> Iterator[BufferedReader]:
    """Open a regular file; what the system refuses, then or later, is an InputError.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.

    Raises
    ------
    InputError
        As :func:`check_regular`, or if it cannot be read.
    """
    check_regular(path, what)
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)})") from None


def read_bytes(
    path: Path, what: str = "file", *, most_bytes: int = MOST_BYTES
) -> bytes:
    """Return the content of a regular file.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.
    most_bytes
        Largest size that is read.

    Raises
    ------
    InputError
        As :func:`check_regular`, or if it is larger than ``most_bytes``.
    """
    size = check_regular(path, what).st_size
    if size > most_bytes:
        raise InputError(
            f"{path}: is {size / 2**20:.0f} MiB, too large for a {what} "
            f"(at most {most_bytes / 2**20:.0f} MiB)"
        )
    with reading(path, what) as file:
        return file.read(most_bytes + 1)


def read_text(path: Path, what: str = "file", *, encoding: str = "utf-8") -> str:
    """Return the text of a regular file.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.
    encoding
        ``"utf-8"``, or ``"utf-8-sig"`` where a byte-order mark may come first.

    Raises
    ------
    InputError
        As :func:`read_bytes`, or if it is not text in UTF-8.
    """
    try:
        return read_bytes(path, what).decode(encoding)
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a text file in UTF-8") from None
