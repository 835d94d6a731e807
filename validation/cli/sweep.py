"""``v1bridge sweep``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from validation.config.limits import MOST_JOBS


def sweep(
    grid: Annotated[
        Path,
        typer.Argument(
            help="Grid of scenarios, sizes, LGN and seeds, and what all runs share.",
            metavar="GRID.toml",
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for the runs and the table; what is there already is not "
            "repeated.",
            metavar="DIR",
        ),
    ],
    jobs: Annotated[
        int,
        typer.Option(
            help="Networks trained at a time: on a CPU, set OMP_NUM_THREADS so that "
            "they share its cores; a GPU is shared as it is.",
            min=1,
            max=MOST_JOBS,
        ),
    ] = 1,
) -> None:
    """Train every network of a grid and tabulate the accuracies.

    The folder gets one run folder per job and sweep.md, the table beside the
    figures of Chen's 2024 thesis. Started again, it goes on where it stopped.

    A grid:

        [grid]
        scenarios = ["default", "no_dale"]
        sizes = ["3k"]
        lgn = [false, true]
        seeds = [1, 2]

        [certificates]
        3k = "runs/3k/certificates/low_pass_extended.json"

        [train.model]
        tier = "lenient"

        [train.training]
        minutes = 10.0

    With start = "runs/thesis" at its top, every run starts from the weights of the
    run of the same name there: at a finer model.dt_ms, say.

    **Examples**

        v1bridge sweep thesis.toml --out runs/thesis

        v1bridge sweep small.toml --out runs/small --jobs 4
    """
    from validation.commands.sweep import sweep_into

    sweep_into(grid, out, jobs)
