"""``v1bridge simulate``: the spiking column under one stimulus."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any, NamedTuple

from rich.table import Table

from bridge.by_name import by_name
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.hdf5.writing import write_netcdf
from bridge.files.json_file import write_json
from bridge.files.provenance import collect_provenance
from bridge.files.regular_file import check_regular
from bridge.files.run.out import check_out
from bridge.files.run_folder import open_run_folder
from bridge.files.spike_file import write_spikes
from bridge.progress import task
from bridge.stimulus.scenes.registry import DEFAULT, SCENES
from bridge.stimulus.scenes.scene import Scene, SceneOption, SceneTrial
from bridge.stimulus.stimulus import Stimulus
from spiking.running.run_checks import GivenSpikes
from validation.commands.lgn_replay import LgnReplay, read_replay
from validation.commands.progress_bar import ProgressBar
from validation.commands.tables import show_reading
from validation.config.column import BuiltColumn, FileColumn
from validation.config.validate import merged_config
from validation.experiment.column import provenance_of, read_column
from validation.experiment.device import settle_device
from validation.experiment.inputs import column_paths
from validation.experiment.memory import require_memory_of_simulation
from validation.terminal import PlainConsole

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
    lgn_population
        Population of that file; None finds it.
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
    lgn_population: str | None
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
    _require_memory(config.column, request)
    config = settle_device(config)
    with (
        open_run_folder(
            out, config.to_toml(), command=_COMMAND, overwrite=overwrite
        ) as folder,
        ProgressBar() as progress,
    ):
        with task(progress, "column", 1):
            column, reading = read_column(config.column, dt_ms=config.spiking.dt_ms)
        if isinstance(config.column, FileColumn):
            _require_memory(config.column, request, column)
        replay = None
        if isinstance(shown, Scene):
            times = SceneTrial(request.duration_ms, _DROP_MS)
            stimulus = shown.make(column.lgn, times, options)
        else:
            replay = read_replay(
                shown,
                request.lgn_population,
                column.lgn,
                duration_ms=request.duration_ms,
                dt_ms=config.spiking.dt_ms,
            )
            stimulus = replay.stimulus
        # Imports Brian2, seconds of work: only once the input is sound.
        from spiking.running.model import SpikingModel

        model = SpikingModel(
            column, dt_ms=config.spiking.dt_ms, device=config.spiking.device
        )
        result = model.run(
            [stimulus],
            n_trials=request.n_trials,
            seed=request.seed,
            bin_ms=_BIN_MS,
            drop_ms=_DROP_MS,
            record_spikes=request.record_spikes,
            lgn_spikes=_given(replay, request.n_trials),
            progress=progress,
        )
        write_netcdf(folder.staging / "rates.nc", {"/": result.to_dataset()})
        for trial in result.spikes:
            path = folder.staging / f"spikes_{trial.trial}.h5"
            ids = column.spike_id[trial.ids]
            write_spikes(path, column.node_population, trial.times_ms, ids)
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
            "lgn_population": replay and replay.spikes.population,
            "duration_ms": request.duration_ms,
            "n_trials": request.n_trials,
            "seed": request.seed,
            "record_spikes": request.record_spikes,
        }
        write_json(folder.staging / "simulation.json", settings)
        provenance = collect_provenance() | provenance_of(reading)
        if replay is not None:
            provenance["lgn_spikes"] = replay.account
        write_json(folder.staging / "provenance.json", provenance)
        folder.commit()
    show_reading(reading)
    rates = result.population_rates_hz()[..., round(_DROP_MS / _BIN_MS) :, :]
    _show(column, stimulus, rates.mean(axis=(0, 2)), out)


def _require_memory(
    config: BuiltColumn | FileColumn, request: Request, column: Column | None = None
) -> None:
    require_memory_of_simulation(
        config,
        column,
        n_trials=request.n_trials,
        duration_ms=request.duration_ms,
        bin_ms=_BIN_MS,
        record_spikes=request.record_spikes,
    )


def _check(request: Request) -> None:
    bins = request.duration_ms / _BIN_MS
    if not request.duration_ms > _DROP_MS or abs(bins - round(bins)) > 1e-9:
        raise InputError(
            f"--duration-ms {request.duration_ms:g}: must be a multiple of "
            f"{_BIN_MS:g} ms above {_DROP_MS:g} ms (the start that is dropped)"
        )
    if request.lgn_spikes is not None:
        check_regular(request.lgn_spikes, "spike file")
    elif request.lgn_population is not None:
        raise InputError("--lgn-population has no effect without --lgn-spikes")


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


def _given(replay: LgnReplay | None, n_trials: int) -> GivenSpikes | None:
    """Return the same spikes for every trial."""
    if replay is None:
        return None
    trains = (replay.spikes.times_ms, replay.spikes.rows)
    return {(0, trial): trains for trial in range(n_trials)}


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
    console = PlainConsole()
    console.print(table)
    console.print(f"written to {out}", soft_wrap=True)
