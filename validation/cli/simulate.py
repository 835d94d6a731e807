"""``v1bridge simulate``: its options and help."""

from pathlib import Path
from typing import Annotated

import typer

from validation.cli.options import (
    ColumnPath,
    Device,
    NoSurround,
    Out,
    Overwrite,
    Seed,
    Size,
    column_options,
    given_options,
)


def simulate(
    out: Out,
    stimulus: Annotated[
        str,
        typer.Option(
            help="blank, flash, steps, grating or broadband.",
            metavar="NAME",
        ),
    ] = "grating",
    direction_deg: Annotated[
        float, typer.Option(help="Direction of the grating, degrees.")
    ] = 0.0,
    modulation: Annotated[
        float, typer.Option(help="Depth of the broadband modulation, 0 to 1.")
    ] = 1.0,
    lgn_spikes: Annotated[
        Path | None,
        typer.Option(
            help="SONATA spike file of LGN cells to replay, in place of --stimulus.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    no_surround: NoSurround = False,
    duration_ms: Annotated[
        float, typer.Option(help="Duration of a trial, ms, the start included.")
    ] = 2500.0,
    trials: Annotated[int, typer.Option(help="Number of trials.")] = 10,
    noise_seed: Annotated[int, typer.Option(help="Seed of the Poisson input.")] = 1,
    dt_ms: Annotated[float, typer.Option(help="Time step, ms.")] = 0.1,
    device: Device = None,
    spikes: Annotated[
        bool, typer.Option("--spikes", help="Also write a SONATA spike file per trial.")
    ] = False,
    overwrite: Overwrite = False,
) -> None:
    """Simulate the spiking column with one stimulus; write its rates.

    The folder gets rates.nc (population rates over time and mean rates of every
    cell) and, with --spikes, one SONATA spike file per trial.

    **Examples**

        v1bridge simulate --stimulus flash --trials 20 --out runs/flash

        v1bridge simulate --column columns/3k --spikes --out runs/grating

        v1bridge simulate --lgn-spikes spikes.gratings.h5 --out runs/replay
    """
    from validation.commands.simulate import Request, simulate_into

    simulate_into(
        out,
        {
            "column": column_options(size, seed, column, no_surround),
            "spiking": given_options(device=device, dt_ms=dt_ms),
        },
        Request(
            stimulus=stimulus,
            direction_deg=direction_deg,
            modulation=modulation,
            lgn_spikes=lgn_spikes,
            duration_ms=duration_ms,
            n_trials=trials,
            seed=noise_seed,
            record_spikes=spikes,
        ),
        overwrite=overwrite,
    )
