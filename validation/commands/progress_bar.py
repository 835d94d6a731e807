"""Progress on the terminal: bars where it can move, lines where it cannot."""

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from bridge.printable import printable
from validation.terminal import PlainConsole


class ProgressBar:
    """Shows the tasks of a run on stderr; a context manager.

    Implements :class:`bridge.progress.Progress`.

    Parameters
    ----------
    console
        Where to show them; stderr by default.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or PlainConsole(stderr=True)
        self._bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=30),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left", style="dim"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._open: dict[str, tuple[TaskID, float]] = {}

    def __enter__(self) -> "ProgressBar":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def start(self, task: str, total: float) -> None:
        """Open a task that ends at ``total`` units of work."""
        self._open[task] = (
            self._bars.add_task(task, total=total, note=""),
            time.monotonic(),
        )

    def advance(self, task: str, amount: float = 1.0) -> None:
        """Add finished work to an open task."""
        if task in self._open:
            self._bars.advance(self._open[task][0], amount)

    def note(self, task: str, text: str) -> None:
        """Show a text behind the bar."""
        if task in self._open:
            self._bars.update(self._open[task][0], note=printable(text))

    def finish(self, task: str) -> None:
        """Close a task and leave one line with its duration, unless it failed."""
        if task not in self._open:
            return
        bar, since = self._open.pop(task)
        self._bars.remove_task(bar)
        if sys.exception() is not None:
            return
        seconds = time.monotonic() - since
        self._console.print(Text.assemble(task, (f" ({seconds:.1f} s)", "dim")))
