"""The first moments of the command, while its modules are still being imported."""

# Nothing else: what is imported here runs before a Ctrl-C is listened for. _signal is
# signal without its enumerations, whose making takes longer than all the rest.
import _signal  # type: ignore[import-not-found]
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType

_INTERRUPTED = b"v1bridge: interrupted; nothing was begun\n"


def starts_command() -> bool:
    """Whether this process is the command, by script or by ``python -m v1bridge``."""
    program = sys.argv[0] if sys.argv else ""
    if program == "-m":  # while Python looks for the module that it shall run
        return not {"v1bridge", "-mv1bridge"}.isdisjoint(sys.orig_argv)
    return program.rpartition(os.sep)[2].partition(".")[0] == "v1bridge"


def end_at_interrupt() -> None:
    """Let a Ctrl-C end the command at once and without a traceback.

    Nothing has been begun that could be left half-done; once something is, the
    command listens for itself. A Ctrl-C that is ignored stays so.
    """
    if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
        _signal.signal(_signal.SIGINT, _end)


def _end(number: int, frame: "FrameType | None") -> None:
    try:
        os.write(2, _INTERRUPTED)
    finally:
        os._exit(128 + number)
