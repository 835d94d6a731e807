"""The command: what it does with errors, signals and closed outputs."""

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

import typer

from bridge.machine.parent import end_with_named_parent
from bridge.machine.signals import Signals
from bridge.printable import printable
from validation.cli.app import app
from validation.cli.failures import Failure, failure_of

_DONE = Failure(0, "")
_INTERRUPTED = "interrupted; nothing was left half-written"


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit.

    Exit codes: 0 completed; 1 an error that is ours (its traceback is in a log
    file that the message names), or of the machine (no memory, no space); 2 bad
    input; 128 and its number where a signal asked it to end: 130 for a Ctrl-C, 129
    for a closed terminal, 143 for SIGTERM, 141 where nobody reads the output.

    Parameters
    ----------
    arguments
        Words after the program's name; those of the process by default.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    signals = Signals()
    end = Failure(130, _INTERRUPTED)
    if arguments is None:
        signals.listen()
        end_with_named_parent()
        _escape_what_cannot_be_encoded()
    with suppress(KeyboardInterrupt):
        end = _run(words)
        if arguments is None:
            signals.ignore()
    if signals.received and end.code < 128:
        # whatever the interrupted code made of it
        end = Failure(128 + signals.received, _INTERRUPTED)
    printed = _flushed()
    if end.code == 0:
        end = printed
    if end.message:
        with suppress(OSError, ValueError, AttributeError):  # nobody listens any more
            sys.stderr.write(f"v1bridge: {_one_line(end.message)}\n")
    sys.exit(end.code)


def _run(words: Sequence[str]) -> Failure:
    try:
        code = app(words, prog_name="v1bridge", standalone_mode=False)
    except KeyboardInterrupt:
        return Failure(130, _INTERRUPTED)
    except typer.Abort as abort:  # typer's word for the end of an input
        return failure_of(EOFError(str(abort.__cause__ or "an input ended early")))
    except SystemExit as end:  # of a signal; of rich and typer, where a pipe closed
        if end.code == 1:
            return Failure(128 + signal.SIGPIPE, "")
        return Failure(end.code if isinstance(end.code, int) else 1, _INTERRUPTED)
    except Exception as error:
        return failure_of(error)
    if code == 130:
        return Failure(130, _INTERRUPTED)
    return Failure(code if isinstance(code, int) else 0, "")


def _flushed() -> Failure:
    """Hand out what is printed, while an error can still be told."""
    if sys.stdout is None:  # closed by who started us
        return _DONE
    try:
        sys.stdout.flush()
    except OSError as error:
        # or Python tries once more at its end, and complains
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(error, BrokenPipeError):
            return Failure(128 + signal.SIGPIPE, "")
        return Failure(1, f"standard output: {error.strerror}")
    return _DONE


def _escape_what_cannot_be_encoded() -> None:
    """Let no letter that the terminal lacks end a run that is done."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _one_line(message: str) -> str:
    return " ".join(printable(message).split())
