"""``v1bridge simulate``: the spiking column under one stimulus."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.console import Console
from rich.table import Table

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.files.json_file import write_json
from bridge.files.provenance import collect_provenance
from bridge.files.run_folder import open_run_folder
from bridge.files.spike_file import write_spikes
from bridge.progress import task
from bridge.stimulus.lgn.spikes import (
    LgnSpikes,
    read_lgn_spikes,
    stimulus_from_spikes,
)
from bridge.stimulus.scenes import blank, broadband, flash, grating, steps
from bridge.stimulus.stimulus import Stimulus
from validation.commands.device import settle_device
from validation.commands.progress_bar import ProgressBar
from validation.config.validate import merged_config
from validation.experiment.column import load_column

STIMULI = ("blank", "flash", "steps", "grating", "broadband")
"""Stimuli that can be named."""

_DROP_MS = 500.0
_BIN_MS = 10.0
_STEPS_HZ = (5.0, 2.0, 16.0, 8.0, 4.0, 12.0)


class Request(NamedTuple):
    """What to simulate, beside the column and the device.

    Attributes
    ----------
    stimulus
        One of :data:`STIMULI`.
    direction_deg
        Direction of a grating, degrees.
    modulation
        Modulation depth of the broadband stimulus, 0 to 1.
    lgn_spikes
        SONATA spike file of LGN cells, in place of ``stimulus``.
    duration_ms
        Duration of a trial, ms.
    n_trials, seed
        Number of trials and seed of their Poisson input.
    record_spikes
        Also write the spikes.
    """

    stimulus: str
    direction_deg: float
    modulation: float
    lgn_spikes: Path | None
    duration_ms: float
    n_trials: int
    seed: int
    record_spikes: bool


def simulate_into(
    out: Path,
    options: Mapping[str, Mapping[str, Any]],
    request: Request,
    *,
    overwrite: bool,
) -> None:
    """Simulate and write the folder.

    Parameters
    ----------
    out
        Folder for the result.
    options
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
    config = merged_config(None, options)
    _check(request)
    config = settle_device(config)
    with (
        open_run_folder(out, config.to_toml(), overwrite=overwrite) as folder,
        ProgressBar() as progress,
    ):
        with task(progress, "column", 1):
            column = load_column(config.column)
        stimulus, spikes = _stimulus(column, request)
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
        result.to_dataset().to_netcdf(folder.staging / "rates.nc", engine="h5netcdf")
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
            **request._asdict(),
            "lgn_spikes": request.lgn_spikes and str(request.lgn_spikes),
        }
        write_json(folder.staging / "simulation.json", settings)
        write_json(folder.staging / "provenance.json", collect_provenance())
        folder.commit()
    rates = result.population_rates_hz()[..., round(_DROP_MS / _BIN_MS) :, :]
    _show(column, stimulus, rates.mean(axis=(0, 2)), out)


def _check(request: Request) -> None:
    if request.stimulus not in STIMULI:
        raise InputError(
            f"--stimulus {request.stimulus}: there is no such stimulus; "
            f"choose one of {', '.join(STIMULI)}"
        )
    if request.n_trials < 1:
        raise InputError(f"--trials {request.n_trials}: at least one is needed")
    if not 0 <= request.seed < 2**31:
        raise InputError(f"--noise-seed {request.seed}: must be 0 to 2147483647")
    if not 0.0 <= request.modulation <= 1.0:
        raise InputError(f"--modulation {request.modulation:g}: must be 0 to 1")
    if not np.isfinite(request.direction_deg):
        raise InputError(f"--direction-deg {request.direction_deg}: must be a number")
    bins = request.duration_ms / _BIN_MS
    if not _DROP_MS < request.duration_ms <= 600_000 or abs(bins - round(bins)) > 1e-9:
        raise InputError(
            f"--duration-ms {request.duration_ms:g}: must be a multiple of "
            f"{_BIN_MS:g} ms above {_DROP_MS:g} ms (the start that is dropped), and "
            "at most ten minutes"
        )
    if request.lgn_spikes is not None and not request.lgn_spikes.is_file():
        raise InputError(f"{request.lgn_spikes}: there is no such spike file")


def _stimulus(column: Column, request: Request) -> tuple[Stimulus, LgnSpikes | None]:
    lgn, duration_ms = column.lgn, request.duration_ms
    if request.lgn_spikes is not None:
        spikes = read_lgn_spikes(request.lgn_spikes, lgn)
        stimulus = stimulus_from_spikes(spikes, name="replay", duration_ms=duration_ms)
        return stimulus, spikes
    if request.stimulus == "blank":
        return blank(lgn, duration_ms=duration_ms), None
    if request.stimulus == "flash":
        onset_ms = 0.5 * (_DROP_MS + duration_ms)
        return flash(lgn, duration_ms=duration_ms, onset_ms=onset_ms), None
    if request.stimulus == "steps":
        return (
            steps(lgn, levels_hz=_STEPS_HZ, duration_ms=duration_ms, first_ms=_DROP_MS),
            None,
        )
    if request.stimulus == "grating":
        return (
            grating(
                lgn,
                direction_deg=request.direction_deg,
                duration_ms=duration_ms,
                onset_ms=0.0,
            ),
            None,
        )
    modulation = request.modulation
    return broadband(lgn, modulation=modulation, duration_ms=duration_ms), None


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
