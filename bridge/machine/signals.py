"""Signals that ask the command to end: Ctrl-C, a closed terminal, ``kill``."""

import os
import signal
import sys
from types import FrameType
from typing import NoReturn

ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
"""Signals that ask a command to end."""

_PATIENCE = 3
"""Signals during the end of the command after which it does not wait for that."""


class Interrupted(KeyboardInterrupt):
    """A Ctrl-C, as a class of its own.

    Python notes a plain KeyboardInterrupt that leaves an ``exec``, and then ends with
    the signal whatever exit code it is given.
    """


class Signals:
    """What the command was asked meanwhile.

    The first signal unwinds the command, so that nothing stays half-written. While
    it unwinds the next are left aside: a key that is held down must not break off
    the tidying up.

    Attributes
    ----------
    received
        Number of the signal that was obeyed; 0 where none was.
    """

    def __init__(self) -> None:
        self.received = 0
        self._in_vain = 0

    def listen(self) -> None:
        """Obey signals from now on, but none that is ignored, as under nohup."""
        for number in ASKING:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self._obey)

    def ignore(self) -> None:
        """Let no signal fall between the last message and the end."""
        for number in ASKING:
            signal.signal(number, signal.SIG_IGN)

    def _obey(self, number: int, frame: FrameType | None) -> None:
        if self.received and _is_unwinding():
            self._in_vain += 1
            if self._in_vain >= _PATIENCE:
                os._exit(128 + number)
            return
        self.received = self.received or number
        _unwind(number)


def _unwind(number: int) -> NoReturn:
    if number == signal.SIGINT:
        raise Interrupted
    sys.exit(128 + number)


def _is_unwinding() -> bool:
    """Whether what was interrupted tidies up after a signal already.

    If it does not, some ``except`` has swallowed the signal, and the next is obeyed.
    """
    error = sys.exception()
    while error is not None:
        if isinstance(error, KeyboardInterrupt | SystemExit):
            return True
        error = error.__context__
    return False
