"""What becomes of an error: an exit code and one line."""

import os
import tempfile
import traceback
from typing import NamedTuple

from bridge.errors import StoppedError, V1BridgeError
from bridge.files.system_errors import OF_MACHINE

_TORCH_MEMORY = ("can't allocate memory", "not enough memory")


class Failure(NamedTuple):
    """How the command ends.

    Attributes
    ----------
    code
        Exit code: 2 for bad input, 1 for a machine that has too little of something
        and for a fault of ours, 128 and the number of a signal.
    message
        What to say.
    """

    code: int
    message: str


def failure_of(error: Exception) -> Failure:
    """Return what an error says to the user.

    Parameters
    ----------
    error
        What ended the command. The traceback of one that we did not expect goes to
        a log file.
    """
    if isinstance(error, StoppedError):
        return Failure(128 + error.signal_number, str(error))
    if isinstance(error, V1BridgeError):
        return Failure(1 if _is_of_machine(error) else 2, str(error))
    if isinstance(error, OSError):
        return _of_system(error)
    exhausted = _exhausted(error)
    if exhausted:
        return Failure(1, exhausted)
    if isinstance(error, RecursionError):
        return Failure(2, "an input is nested too deep to be read")
    # typer's usage errors, whichever copy of click they come from
    if hasattr(error, "format_message"):
        usage = str(error.format_message()).rstrip(".")
        return Failure(2, f"{usage}; see 'v1bridge --help'")
    return Failure(1, _logged(error))


def _is_of_machine(error: BaseException | None) -> bool:
    """Whether the machine, not the input, is behind an error."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in OF_MACHINE:
            return True
        error = error.__cause__
    return False


def _of_system(error: OSError) -> Failure:
    reason = error.strerror or str(error) or type(error).__name__
    names = [str(n) for n in (error.filename, error.filename2) if n is not None]
    where = f"{' to '.join(names)}: " if names else ""
    code = 1 if error.errno in OF_MACHINE or not names else 2
    return Failure(code, f"{where}{reason}; nothing was left half-written")


def _exhausted(error: Exception) -> str:
    """Return what the machine has too little of; empty where that is not it."""
    is_torch = isinstance(error, RuntimeError)  # its CPU allocator has no other
    if isinstance(error, MemoryError) or (
        is_torch and any(words in str(error) for words in _TORCH_MEMORY)
    ):
        return "out of memory; choose a smaller --size, fewer trials or a smaller batch"
    if type(error).__name__ == "OutOfMemoryError":  # torch's, not imported here
        hint = "lower training.batch or set training.segment_steps"
        return f"out of memory on the GPU; {hint}"
    return ""


def _logged(error: Exception) -> str:
    said = f"unexpected {type(error).__name__}: {error}; this is a fault of v1bridge"
    try:
        return f"{said}, its traceback is in {_log(error)}"
    except OSError as denied:
        reason = denied.strerror or denied
        return f"{said}, its traceback could not be written ({reason})"


def _log(error: Exception) -> str:
    handle, name = tempfile.mkstemp(prefix="v1bridge-", suffix=".log")
    try:
        with os.fdopen(handle, "w", errors="backslashreplace") as log:
            traceback.print_exception(error, file=log)
    except OSError:
        os.unlink(name)  # noqa: PTH108
        raise
    return name
