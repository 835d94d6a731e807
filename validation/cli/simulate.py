"""``v1bridge simulate``: its options and help."""

from pathlib import Path
from typing import Annotated, Any

import typer

from bridge.stimulus.scenes.registry import DEFAULT, SCENE_OPTIONS, SCENES
from bridge.stimulus.scenes.scene import SceneOption
from validation.cli.listed_options import listed_options
from validation.cli.options import (
    BackgroundHz,
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
from validation.config.limits import (
    LAST_SEED,
    LONGEST_MS,
    MOST_TRIALS,
    SHORTEST_STEP_MS,
)


def _typed(option: SceneOption) -> Any:
    takes_it = [scene.name for scene in SCENES.values() if option in scene.options]
    help_text = (
        f"{option.description} ({', '.join(takes_it)}).  [default: {option.default:g}]"
    )
    return Annotated[float | None, typer.Option(help=help_text, show_default=False)]


@listed_options("varied", {name: _typed(o) for name, o in SCENE_OPTIONS.items()})
def simulate(
    out: Out,
    stimulus: Annotated[
        str | None,
        typer.Option(
            help="; ".join(f"{s.name}: {s.description}" for s in SCENES.values())
            + f".  [default: {DEFAULT.name}]",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    varied: dict[str, float] | None = None,
    lgn_spikes: Annotated[
        Path | None,
        typer.Option(
            help="SONATA spike file of LGN cells to replay, in place of --stimulus.",
            metavar="FILE",
            show_default=False,
        ),
    ] = None,
    lgn_population: Annotated[
        str | None,
        typer.Option(
            help="Population of that file to replay; by default the one called like "
            "the column's LGN, or the only one with spikes.",
            metavar="NAME",
            show_default=False,
        ),
    ] = None,
    size: Size = None,
    seed: Seed = None,
    column: ColumnPath = None,
    background_hz: BackgroundHz = None,
    no_surround: NoSurround = False,
    duration_ms: Annotated[
        float,
        typer.Option(
            help="Duration of a trial, ms, the start included.", max=LONGEST_MS
        ),
    ] = 2500.0,
    trials: Annotated[
        int, typer.Option(help="Number of trials.", min=1, max=MOST_TRIALS)
    ] = 10,
    noise_seed: Annotated[
        int, typer.Option(help="Seed of the Poisson input.", min=0, max=LAST_SEED)
    ] = 1,
    dt_ms: Annotated[
        float, typer.Option(help="Time step, ms.", min=SHORTEST_STEP_MS, max=1.0)
    ] = 0.1,
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
            "column": column_options(
                size, seed, column, no_surround, background_hz=background_hz
            ),
            "spiking": given_options(device=device, dt_ms=dt_ms),
        },
        Request(
            stimulus=stimulus,
            varied=varied or {},
            lgn_spikes=lgn_spikes,
            lgn_population=lgn_population,
            duration_ms=duration_ms,
            n_trials=trials,
            seed=noise_seed,
            record_spikes=spikes,
        ),
        overwrite=overwrite,
    )
