"""What is printed for the user: nothing in it but what stands there."""

from typing import Any

from rich.console import Console
from rich.text import Text

from bridge.printable import printable


class PlainConsole(Console):
    """A console that takes no text for markup, and sends no text's control codes.

    What is printed holds names of others: of folders, populations, runs.

    Parameters
    ----------
    stderr
        Print to the standard error.
    """

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)

    def render_str(self, text: str, **options: Any) -> Text:
        """Return a text as it is printed, line by line."""
        lines = text.split("\n")
        return super().render_str("\n".join(map(printable, lines)), **options)
