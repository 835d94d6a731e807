"""``v1bridge report``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from validation.cli.options import Overwrite


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(help="Run folders of 'v1bridge validate'.", metavar="RUN..."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for comparison.html and comparison.json.  [default: show "
            "the table only]",
            metavar="DIR",
            show_default=False,
        ),
    ] = None,
    overwrite: Overwrite = False,
) -> None:
    """Put the verdicts of several runs side by side.

    **Examples**

        v1bridge report runs/3k runs/6k

        v1bridge report runs/3k runs/6k --out runs/3k-against-6k
    """
    from validation.commands.report import compare_runs

    compare_runs(runs, out, overwrite=overwrite)
