"""The lock of a run folder: one run at a time writes to it."""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bridge.errors import RunFolderError
from bridge.files.run.places import ANOTHER, sibling

# Neither a link is followed nor anything cut off: whatever has this name may be of
# somebody else. O_NONBLOCK: a pipe would wait.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock of a run folder.

    Parameters
    ----------
    path
        The run folder.

    Raises
    ------
    RunFolderError
        If another process holds it, or what has its name is not ours.
    """
    lock_path = sibling(path, "lock")
    if lock_path.is_symlink():
        raise _foreign(lock_path)
    handle = os.open(lock_path, _FLAGS, 0o666)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size:
            raise _foreign(lock_path)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Its holder may have removed the file between our open and our lock.
            is_current = os.path.samestat(os.fstat(handle), lock_path.lstat())
        except OSError:
            is_current = False
        if not is_current:
            raise RunFolderError(
                f"{path}: another run is writing to this folder; {ANOTHER}"
            )
        try:
            yield
        finally:
            lock_path.unlink(missing_ok=True)
    finally:
        os.close(handle)


def _foreign(lock_path: Path) -> RunFolderError:
    return RunFolderError(
        f"{lock_path}: is not a lock of v1bridge; remove it or {ANOTHER}"
    )
