"""Progress that library code reports and the command line shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Progress(Protocol):
    """Receives the progress of named tasks; implemented by the command line."""

    def start(self, task: str, total: float) -> None:
        """Open a task that ends at ``total`` units of work."""

    def advance(self, task: str, amount: float = 1.0) -> None:
        """Add finished work to an open task."""

    def note(self, task: str, text: str) -> None:
        """Say how an open task is doing."""

    def finish(self, task: str) -> None:
        """Close a task."""


class SilentProgress:
    """Reports nothing: the default of every library function."""

    def start(self, task: str, total: float) -> None:
        """Ignore the task."""

    def advance(self, task: str, amount: float = 1.0) -> None:
        """Ignore the work."""

    def note(self, task: str, text: str) -> None:
        """Ignore the note."""

    def finish(self, task: str) -> None:
        """Ignore the end."""


@contextmanager
def task(progress: Progress, name: str, total: float) -> Iterator[None]:
    """Open a task on ``progress`` and close it whatever happens."""
    progress.start(name, total)
    try:
        yield
    finally:
        progress.finish(name)
