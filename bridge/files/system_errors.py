"""Errors of the system: what another input would mend, and what it would not."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import InputError

OF_MACHINE = frozenset(
    {
        *(errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO),
        *(errno.ENOMEM, errno.EMFILE, errno.ENFILE, errno.EAGAIN),
    }
)
"""A full disk and the like, whatever the user asked for."""


def reason_of(error: OSError | ValueError) -> str:
    """Return what the system says is the matter, without numbers and names."""
    return getattr(error, "strerror", None) or str(error)


@contextmanager
def writing_to(path: Path) -> Iterator[None]:
    """Say where it was that the system refused to write.

    Parameters
    ----------
    path
        What is written, named in every error.

    Raises
    ------
    InputError
        If it is no place to write to: a name too long, no permission, a file on the
        way to it.
    OSError
        If the machine has too little of something, with the path as its file name.
    """
    try:
        yield
    except OSError as error:
        reason = reason_of(error)
        if error.errno in OF_MACHINE:
            raise OSError(error.errno, reason, str(path)) from None
        raise InputError(f"{path}: cannot be written ({reason})") from None
    except ValueError as error:  # a NUL in the name
        raise InputError(f"{path}: cannot be written ({error})") from None
