"""The command line: ``v1bridge``."""

from typing import Annotated

import typer

from validation.cli.check import check
from validation.cli.column import column
from validation.cli.criteria import criteria
from validation.cli.evaluate import evaluate
from validation.cli.report import report
from validation.cli.simulate import simulate
from validation.cli.sweep import sweep
from validation.cli.train import train
from validation.cli.validate import validate
from validation.terminal import PlainConsole

# Heavy imports (torch, Brian2, matplotlib) happen inside the commands, so that
# --help and a mistyped option answer at once.

app = typer.Typer(
    name="v1bridge",
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from bridge.version import __version__

        PlainConsole().print(f"v1bridge {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Judge discrete rate models against the spiking Allen V1 column.

    Start here, a few minutes on a laptop:

        v1bridge validate --quick --out runs/first

    Then open runs/first/report.html.
    """


for _command in (
    *(validate, column, simulate, report, criteria, check),
    *(train, evaluate, sweep),
):
    app.command()(_command)
