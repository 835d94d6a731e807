"""A command in a forked process that is killed at a chosen moment."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from validation.cli.main import main

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_EVENTS = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink")
_LONGEST_S = 600.0
_PATIENCE_S = 10.0
"""How long children may outlive their parent."""


class Moment(NamedTuple):
    """When to kill: before a change of the file system, or at a time.

    Attributes
    ----------
    event
        Number of the change; 0 for none.
    seconds
        After the start.
    """

    event: int = 0
    seconds: float = float("inf")


class Ended(NamedTuple):
    """How a command ended.

    Attributes
    ----------
    code
        Exit code, -9 where it was killed.
    n_events
        Changes of the file system inside the folder.
    seconds
        Time that it took.
    said
        What it printed.
    outlived
        Whether a child of it lived on.
    """

    code: int
    n_events: int
    seconds: float
    said: str
    outlived: bool


def run_command(
    words: Sequence[str], folder: Path, moment: Moment | None = None
) -> Ended:
    """Run a command in a fork of this process, and kill it at a moment.

    Parameters
    ----------
    words
        Of the command.
    folder
        Where it works: changes of the file system in here count.
    moment
        When it is killed; never if left out.
    """
    moment = moment or Moment()
    log, count = folder.parent / "said", folder.parent / "events"
    count.write_text("0")
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        _become(words, folder, moment.event, log, count)
    end = started + min(moment.seconds, _LONGEST_S)
    status = None
    while status is None:
        found, raw = os.waitpid(pid, os.WNOHANG)
        if found:
            status = raw
        elif time.monotonic() > end:
            os.kill(pid, signal.SIGKILL)
            _, status = os.waitpid(pid, 0)
        else:
            time.sleep(0.005)
    spent = time.monotonic() - started
    return Ended(
        os.waitstatus_to_exitcode(status),
        int(count.read_text() or 0),
        spent,
        log.read_text(errors="replace"),
        _outlived(pid),
    )


def _become(
    words: Sequence[str], folder: Path, event: int, log: Path, count: Path
) -> None:
    """Turn this process into the command; does not return."""
    code = 70
    try:
        os.setsid()
        with log.open("w") as said:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
        os.chdir(folder)
        _count_events(folder, event, os.open(count, os.O_WRONLY))
        main(list(words))
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _count_events(folder: Path, last: int, count: int) -> None:
    """Count changes of the file system, and die before one of them."""
    inside, n_events, own = str(folder.resolve()), 0, os.getpid()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        nonlocal n_events
        if event == "open":
            flags = arguments[2]
            if not isinstance(flags, int) or not flags & _WRITING:
                return
        elif event not in _EVENTS:
            return
        place = arguments[0]
        if os.getpid() != own or not isinstance(place, str | bytes | os.PathLike):
            return
        if not os.path.abspath(os.fsdecode(place)).startswith(inside):  # noqa: PTH100
            return
        n_events += 1
        os.pwrite(count, str(n_events).encode(), 0)
        if n_events == last:
            os.kill(own, signal.SIGKILL)

    sys.addaudithook(hook)


def _outlived(group: int) -> bool:
    """Wait for the end of a process group; end it where it lives on."""
    end = time.monotonic() + _PATIENCE_S
    while time.monotonic() < end:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    os.killpg(group, signal.SIGKILL)
    return True
