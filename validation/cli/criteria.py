"""``v1bridge criteria``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer


def criteria(
    changes: Annotated[
        Path | None,
        typer.Argument(
            help="TOML file that replaces some of the thresholds.",
            metavar="CRITERIA.toml",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Print every threshold that decides a verdict, with its reason, as TOML.

    A part of it, changed, is a file of your own: name it under `criteria` in the
    configuration. Every threshold it names needs a value and a reason.

    **Examples**

        v1bridge criteria

        v1bridge criteria mine.toml
    """
    from validation.measures.criteria import criteria_toml, load_criteria

    typer.echo(criteria_toml(load_criteria(changes)), nl=False)
