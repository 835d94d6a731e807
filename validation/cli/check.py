"""``v1bridge check``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from bridge.rate_model import FORMS
from ratemodel.tasks.registry import TASKS
from ratemodel.variants.registry import VARIANTS
from validation.cli.options import (
    BackgroundHz,
    ColumnPath,
    CriteriaInForce,
    NoSurround,
    Seed,
    Size,
    Weights,
    column_options,
    split_names,
)


def check(
    certificate: Annotated[
        Path,
        typer.Argument(
            help="Certificate of a run, such as RUN/certificates/low_pass.json. Of a "
            "form that was validated at several steps, or of a RUN with --variant and "
            "--form, the one that 'v1bridge train' would take.",
            metavar="FILE|RUN",
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
    variant: Annotated[
        str | None,
        typer.Option(
            help="Variant of the rate model, where there are several.",
            metavar="|".join(VARIANTS),
            show_default=False,
        ),
    ] = None,
    form: Annotated[
        str | None,
        typer.Option(
            help="Form of the variant, where there are several.",
            metavar="|".join(FORMS),
            show_default=False,
        ),
    ] = None,
    dt_ms: Annotated[
        float | None,
        typer.Option(
            help="Step at which the model is to be used, ms.  [default: the "
            "certificate's]",
            show_default=False,
        ),
    ] = None,
    task: Annotated[
        str | None,
        typer.Option(
            help="Tasks to be trained, with the settings that training has unless "
            "told otherwise, separated by commas.",
            metavar="|".join(TASKS),
            show_default=False,
        ),
    ] = None,
    lgn: Annotated[
        bool, typer.Option("--lgn", help="The tasks are seen through LGN filters.")
    ] = False,
    criteria: CriteriaInForce = None,
) -> None:
    """Check that a certificate vouches for a column; exit with 2 if it does not.

    The first difference is named.

    **Examples**

        v1bridge check runs/3k/certificates/low_pass_extended.json --size 3k

        v1bridge check runs/mine/certificates/low_pass.json --column my_column

        v1bridge check runs/3k/certificates/low_pass_extended.json --dt-ms 5 --task
        classification
    """
    from validation.commands.check import check_certificate

    given = {
        "column": column_options(
            size, seed, column, no_surround, weights, background_hz=background_hz
        )
    }
    check_certificate(
        certificate,
        given,
        tier,
        dt_ms=dt_ms,
        variant=variant and variant.replace("-", "_"),
        form=form,
        tasks=() if task is None else split_names(task),
        use_lgn=lgn,
        criteria=None if criteria is None else str(criteria),
    )
