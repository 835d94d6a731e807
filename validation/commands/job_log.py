"""What a job of a sweep leaves beside its run: a log that is whole, or none."""

import errno
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import IO

from bridge.errors import V1BridgeError
from bridge.files.system_errors import writing_to
from bridge.files.written_file import new_file, write_text

_FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors of a disk that has no room."""

_TAIL_BYTES = 4096


def run_logged(
    run: Callable[[IO[bytes]], int], log: Path, config: Path, content: str
) -> int:
    """Run a job that says what it does to a log; return its exit code.

    Parameters
    ----------
    run
        Runs it to its end; receives the log, open for writing.
    log
        File of the log, in the place of a former one.
    config
        File of the job's configuration.
    content
        What the configuration holds.

    Raises
    ------
    V1BridgeError, OSError
        As :func:`~bridge.files.system_errors.writing_to`; also where the job ended
        because a disk is full. Neither file is left then.
    """
    file = new_file(log)
    try:
        with writing_to(log), file:
            write_text(config, content)
            if code := run(file):
                _refuse_full_disk(log, code)
                # A job that was killed could not say so.
                file.write(f"ended with code {code}\n".encode())
                file.flush()
                os.fsync(file.fileno())
    except (OSError, V1BridgeError):
        for path in (log, config):
            with suppress(OSError):
                path.unlink()
        raise
    return code


def _refuse_full_disk(log: Path, code: int) -> None:
    """Raise what ended a job that had no room on the disk, or none for its log."""
    said = log.read_bytes()[-_TAIL_BYTES:].splitlines(keepends=True)
    last = said[-1] if said else b""
    for number in _FULL:
        if os.strerror(number).encode() in last:
            reason = last.decode(errors="replace").strip().removeprefix("v1bridge: ")
            raise V1BridgeError(f"{log.stem}: {reason}") from OSError(number, reason)
    if code == 1 and not last.endswith(b"\n"):  # one that ends so says why
        raise OSError(errno.EIO, "could not be written")
