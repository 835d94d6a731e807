"""``v1bridge check``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from validation.cli.options import (
    BackgroundHz,
    ColumnPath,
    NoSurround,
    Seed,
    Size,
    Weights,
    column_options,
)


def check(
    certificate: Annotated[
        Path,
        typer.Argument(
            help="Certificate of a run, such as RUN/certificates/low_pass.json.",
            metavar="CERTIFICATE",
        ),
    ],
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    background_hz: BackgroundHz = None,
    no_surround: NoSurround = False,
    weights: Weights = None,
    tier: Annotated[
        str,
        typer.Option(
            help="Lowest tier that is good enough.", metavar="lenient|default|strict"
        ),
    ] = "default",
) -> None:
    """Check that a certificate vouches for a column; exit with 2 if it does not.

    **Examples**

        v1bridge check runs/3k/certificates/low_pass_extended.json --size 3k

        v1bridge check runs/mine/certificates/low_pass.json --column my_column
    """
    from validation.commands.check import check_certificate

    given = {
        "column": column_options(
            size, seed, column, no_surround, weights, background_hz=background_hz
        )
    }
    check_certificate(certificate, given, tier)
