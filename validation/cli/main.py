"""The command: what it does with errors, signals and a full disk."""

import errno
import os
import signal
import sys
import tempfile
import traceback
from collections.abc import Sequence
from types import FrameType
from typing import NoReturn

import typer

from bridge.errors import StoppedError, V1BridgeError
from validation.cli.app import app


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 completed; 1 an error that is ours (its traceback is in a log
    file that the message names); 2 bad input; 130 interrupted by the user.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if arguments is None:
        signal.signal(signal.SIGTERM, _on_terminate)
    try:
        code = app(words, prog_name="v1bridge", standalone_mode=False)
    except (KeyboardInterrupt, typer.Abort):
        code = 130
    except StoppedError as stop:
        sys.exit(_fail(128 + stop.signal_number, str(stop)))
    except V1BridgeError as error:
        sys.exit(_fail(2, str(error)))
    except Exception as error:
        exhausted = _exhausted(error)
        if exhausted:
            sys.exit(_fail(1, exhausted))
        # typer's usage errors, whichever copy of click they come from
        if hasattr(error, "format_message"):
            hint = "; see 'v1bridge --help'"
            sys.exit(_fail(2, f"{error.format_message().rstrip('.')}{hint}"))
        sys.exit(_fail(1, _log(error)))
    if code == 130:
        _fail(130, "interrupted; nothing was left half-written")
    sys.exit(code if isinstance(code, int) else 0)


def _exhausted(error: Exception) -> str:
    """Return what the machine has too little of; empty where that is not it."""
    if isinstance(error, MemoryError):
        return "out of memory; choose a smaller --size or fewer trials"
    if type(error).__name__ == "OutOfMemoryError":  # torch's, not imported here
        hint = "lower training.batch or set training.segment_steps"
        return f"out of memory on the GPU; {hint}"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{error.strerror}; nothing was left half-written"
    return ""


def _on_terminate(signal_number: int, frame: FrameType | None) -> None:
    sys.exit(128 + signal_number)  # unwinds, so that nothing stays half-written


def _fail(code: int, message: str) -> int:
    line = " ".join(message.split())
    sys.stderr.write(f"v1bridge: {line}\n")
    return code


def _log(error: Exception) -> str:
    handle, name = tempfile.mkstemp(prefix="v1bridge-", suffix=".log")
    with os.fdopen(handle, "w") as log:
        traceback.print_exception(error, file=log)
    return (
        f"unexpected {type(error).__name__}: {error}; this is a fault of v1bridge, "
        f"its traceback is in {name}"
    )
