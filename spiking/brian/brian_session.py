"""Importing Brian2 without the traces it leaves in the process."""

import logging
import signal
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


@contextmanager
def brian2_calls() -> Iterator[ModuleType]:
    """Give ``brian2`` and keep quiet about the deprecated calls it makes."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        yield import_brian2()


def import_brian2() -> ModuleType:
    """Import Brian2 and undo what its import does to the process.

    Its exception hook, its log files in the temporary folder, its capture of
    Python's warnings and its handling of Ctrl-C are all taken back.

    Returns
    -------
    module
        ``brian2``.
    """
    if "brian2" in sys.modules:
        return sys.modules["brian2"]
    hook, interrupt = sys.excepthook, signal.getsignal(signal.SIGINT)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        import brian2
        from brian2.utils.logger import BrianLogger

    sys.excepthook = hook
    # its own ends a run early in silence, or fails where Ctrl-C is ignored
    signal.signal(signal.SIGINT, interrupt)
    logging.captureWarnings(False)
    logger = logging.getLogger("brian2")
    if BrianLogger.file_handler is not None:
        logger.removeHandler(BrianLogger.file_handler)
        BrianLogger.file_handler.close()
        BrianLogger.file_handler = None
    for name in ("tmp_log", "tmp_script"):
        path = getattr(BrianLogger, name, None)
        if path is not None:
            Path(path).unlink(missing_ok=True)
            setattr(BrianLogger, name, None)
    BrianLogger.console_handler.setLevel(logging.ERROR)
    brian2.prefs["logging.file_log"] = False
    imported: ModuleType = brian2
    return imported
