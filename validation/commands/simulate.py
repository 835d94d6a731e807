"""``v1bridge simulate``: the spiking column under one stimulus."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from bridge.by_name import by_name
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.json_file import write_json
from bridge.files.provenance import collect_provenance
from bridge.files.run.out import check_out
from bridge.files.run_folder import open_run_folder
from bridge.files.spike_file import write_spikes
from bridge.files.written_hdf5 import write_netcdf
from bridge.progress import task
from bridge.stimulus.lgn.spikes import (
    LgnSpikes,
    read_lgn_spikes,
    stimulus_from_spikes,
)
from bridge.stimulus.scenes.registry import DEFAULT, SCENES
from bridge.stimulus.scenes.scene import Scene, SceneOption, SceneTrial
from bridge.stimulus.stimulus import Stimulus
from validation.commands.progress_bar import ProgressBar
from validation.config.validate import merged_config
from validation.experiment.column import load_column
from validation.experiment.device import settle_device
from validation.experiment.inputs import column_paths

_COMMAND = "simulate"
_DROP_MS = 500.0
_BIN_MS = 10.0


class Request(NamedTuple):
    """What to simulate, beside the column and the device.

    Attributes
    ----------
    stimulus
        Key of :data:`bridge.stimulus.scenes.registry.SCENES`; None where none was
        named.
    varied
        Values of the stimulus' options, as far as they were given.
    lgn_spikes
        SONATA spike file of LGN cells, in place of ``stimulus``.
    duration_ms
        Duration of a trial, ms.
    n_trials, seed
        Number of trials and seed of their Poisson input.
    record_spikes
        Also write the spikes.
    """

    stimulus: str | None
    varied: Mapping[str, float]
    lgn_spikes: Path | None
    duration_ms: float
    n_trials: int
    seed: int
    record_spikes: bool


def simulate_into(
    out: Path,
    sections: Mapping[str, Mapping[str, Any]],
    request: Request,
    *,
    overwrite: bool,
) -> None:
    """Simulate and write the folder.

    Parameters
    ----------
    out
        Folder for the result.
    sections
        Sections ``column`` and ``spiking`` of a configuration.
    request
        What to simulate.
    overwrite
        Replace our own files of a former call.

    Raises
    ------
    V1BridgeError
        If any input cannot be used; before anything is simulated.
    """
    config = merged_config(None, sections)
    _check(request)
    shown = _shown(request)
    options = _values(shown, request)
    inputs = column_paths(config.column)
    if request.lgn_spikes is not None:
        inputs["--lgn-spikes"] = request.lgn_spikes
    check_out(out, _COMMAND, inputs, overwrite=overwrite)
    config = settle_device(config)
    with (
        open_run_folder(
            out, config.to_toml(), command=_COMMAND, overwrite=overwrite
        ) as folder,
        ProgressBar() as progress,
    ):
        with task(progress, "column", 1):
            column = load_column(config.column)
        stimulus, spikes = _stimulus(column, request, shown, options)
        # Imports Brian2, seconds of work: only once the input is sound.
        from spiking.running.model import SpikingModel

        model = SpikingModel(
            column, dt_ms=config.spiking.dt_ms, device=config.spiking.device
        )
        given = None
        if spikes is not None:
            trains = (spikes.times_ms, spikes.rows)
            given = {(0, trial): trains for trial in range(request.n_trials)}
        result = model.run(
            [stimulus],
            n_trials=request.n_trials,
            seed=request.seed,
            bin_ms=_BIN_MS,
            drop_ms=_DROP_MS,
            record_spikes=request.record_spikes,
            lgn_spikes=given,
            progress=progress,
        )
        write_netcdf(folder.staging / "rates.nc", {"/": result.to_dataset()})
        for trial in result.spikes:
            path = folder.staging / f"spikes_{trial.trial}.h5"
            write_spikes(path, "v1", trial.times_ms, trial.ids)
        settings = {
            "column": {
                **config.column.model_dump(mode="json", exclude_none=True),
                "hash": column.hash,
            },
            "dt_ms": config.spiking.dt_ms,
            "device": config.spiking.device,
            "stimulus": shown.name if isinstance(shown, Scene) else None,
            **options,
            "lgn_spikes": request.lgn_spikes and str(request.lgn_spikes),
            "duration_ms": request.duration_ms,
            "n_trials": request.n_trials,
            "seed": request.seed,
            "record_spikes": request.record_spikes,
        }
        write_json(folder.staging / "simulation.json", settings)
        write_json(folder.staging / "provenance.json", collect_provenance())
        folder.commit()
    rates = result.population_rates_hz()[..., round(_DROP_MS / _BIN_MS) :, :]
    _show(column, stimulus, rates.mean(axis=(0, 2)), out)


def _check(request: Request) -> None:
    if request.n_trials < 1:
        raise InputError(f"--trials {request.n_trials}: at least one is needed")
    if not 0 <= request.seed < 2**31:
        raise InputError(f"--noise-seed {request.seed}: must be 0 to 2147483647")
    bins = request.duration_ms / _BIN_MS
    if not _DROP_MS < request.duration_ms <= 600_000 or abs(bins - round(bins)) > 1e-9:
        raise InputError(
            f"--duration-ms {request.duration_ms:g}: must be a multiple of "
            f"{_BIN_MS:g} ms above {_DROP_MS:g} ms (the start that is dropped), and "
            "at most ten minutes"
        )
    if request.lgn_spikes is not None and not request.lgn_spikes.is_file():
        raise InputError(f"{request.lgn_spikes}: there is no such spike file")


def _shown(request: Request) -> Scene | Path:
    """Return the scene to show, or the file of spikes to replay in its place."""
    name = request.stimulus
    if request.lgn_spikes is not None:
        if name is not None:
            raise InputError("--stimulus has no effect with --lgn-spikes; leave it")
        return request.lgn_spikes
    if name is None:
        return DEFAULT
    if name not in SCENES:
        raise InputError(
            f"--stimulus {name}: there is no such stimulus; "
            f"choose one of {', '.join(SCENES)}"
        )
    return SCENES[name]


def _values(shown: Scene | Path, request: Request) -> dict[str, float]:
    """Return the value of every option of the scene, by name."""
    own: dict[str, SceneOption] = {}
    beside = "--lgn-spikes"
    if isinstance(shown, Scene):
        own = by_name(*shown.options)
        beside = f"--stimulus {shown.name}"
    for name, value in request.varied.items():
        flag = f"--{name.replace('_', '-')}"
        if name not in own:
            raise InputError(f"{flag} has no effect with {beside}; leave it")
        option = own[name]
        if not isfinite(value):
            raise InputError(f"{flag} {value}: must be a number")
        if not option.lowest <= value <= option.highest:
            raise InputError(
                f"{flag} {value:g}: must be {option.lowest:g} to {option.highest:g}"
            )
    return {n: request.varied.get(n, option.default) for n, option in own.items()}


def _stimulus(
    column: Column,
    request: Request,
    shown: Scene | Path,
    options: Mapping[str, float],
) -> tuple[Stimulus, LgnSpikes | None]:
    if isinstance(shown, Scene):
        trial = SceneTrial(request.duration_ms, _DROP_MS)
        return shown.make(column.lgn, trial, options), None
    spikes = read_lgn_spikes(shown, column.lgn)
    stimulus = stimulus_from_spikes(
        spikes, name="replay", kind="other", duration_ms=request.duration_ms
    )
    return stimulus, spikes


def _show(column: Column, stimulus: Stimulus, rates: Any, out: Path) -> None:
    table = Table(title=f"Mean rates, {stimulus.name}")
    table.add_column("population")
    for title in ("cells", "rate (Hz)", "SD over trials"):
        table.add_column(title, justify="right")
    for index, name in enumerate(POPULATIONS):
        n_cells = int((column.population == index).sum())
        if n_cells:
            trials = rates[:, index]
            spread = f"{trials.std(ddof=1):.2f}" if len(trials) > 1 else "–"
            table.add_row(name, str(n_cells), f"{trials.mean():.2f}", spread)
    console = Console(highlight=False)
    console.print(table)
    console.print(f"written to {out}", soft_wrap=True)
