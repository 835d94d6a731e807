"""``v1bridge evaluate``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from ratemodel.training.config import MOST_TRIALS
from validation.cli.options import TrainingDevice


def evaluate(
    run: Annotated[
        Path, typer.Argument(help="Run folder of 'v1bridge train'.", metavar="RUN")
    ],
    split: Annotated[
        str,
        typer.Option(help="Part of the images.", metavar="train|validation|test"),
    ] = "test",
    images: Annotated[
        int,
        typer.Option(help="Trials of each task at the most.", min=1, max=MOST_TRIALS),
    ] = 10_000,
    dt_ms: Annotated[
        float | None,
        typer.Option(
            help="Time step, ms.  [default: that of the training]", show_default=False
        ),
    ] = None,
    device: TrainingDevice = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="JSON file for the result.  [default: show it only]",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
) -> None:
    """Measure the accuracy of a trained network, with its 95 % interval.

    **Examples**

        v1bridge evaluate runs/mnist

        v1bridge evaluate runs/mnist --dt-ms 1

        v1bridge evaluate runs/mnist --split validation --images 500 --out v.json
    """
    from validation.commands.evaluate import evaluate_run

    evaluate_run(run, split, images, out, dt_ms, device or "cpu")
