"""Measures transfer functions and fits tau_r, on calibration stimuli only."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import POPULATIONS, Column
from bridge.errors import InputError
from bridge.files.stages import Stages
from bridge.progress import Progress
from bridge.reduction.parameters import RateParameters
from bridge.reduction.reduce import Reduction, reduce_column
from bridge.reduction.transfer.points import (
    TransferData,
    measured_data,
    theoretical_data,
)
from bridge.reduction.transfer.working_point import probe_currents_pa, working_point
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from spiking.running.frozen_noise import probe_transfer
from validation.config.validate import ReductionConfig, SpikingConfig

FloatArray = NDArray[np.float64]

PROBE_WARMUP_MS = 500.0

TAU_R_GRID_MS = {
    "low_pass": (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0),
    "equilibrium": (3.0, 5.0, 7.0, 9.0, 12.0, 16.0, 21.0, 28.0),
}
"""Time constants tried by the fit; instantaneous has none."""


def reduction_of(
    column: Column,
    config: ReductionConfig,
    spiking: SpikingConfig,
    *,
    stages: Stages,
    progress: Progress,
) -> Reduction:
    """Return the parameters of the column's rate model.

    Parameters
    ----------
    column
        The column.
    config
        Method and, for measured curves, levels, duration and seed.
    spiking
        Device and step of the probes.
    stages
        Where finished probes are kept for a resumed run.
    progress
        Receives the progress.

    Raises
    ------
    InputError
        If the method finds no functions but takes those of a training.
    """
    if config.method == "trained":
        raise InputError('reduction.method "trained": a column has no such functions')
    if config.method == "measured":
        data = _measure(column, config, spiking, stages, progress)
    else:
        data = theoretical_data(column, config.method)
    return reduce_column(column, data)


def _measure(
    column: Column,
    config: ReductionConfig,
    spiking: SpikingConfig,
    stages: Stages,
    progress: Progress,
) -> TransferData:
    levels = config.lgn_levels_hz
    name = f"transfer-{column.hash[:12]}"
    stored = stages.load(name)
    if stored is None:
        lgn = np.repeat(np.array(levels)[:, None], column.lgn.n_cells, axis=1)

        def currents_of(level: int, rate_hz: FloatArray) -> FloatArray:
            return probe_currents_pa(working_point(column, rate_hz, lgn[level]))

        found = probe_transfer(
            column,
            lgn_rate_hz=lgn,
            currents_of=currents_of,
            duration_ms=config.probe_duration_ms,
            warmup_ms=PROBE_WARMUP_MS,
            seed=config.seed,
            dt_ms=spiking.dt_ms,
            device=spiking.device,
            progress=progress,
        )
        stored = {
            "network_rate_hz": found.network_rate_hz,
            "dc_pa": found.dc_pa,
            "rate_hz": found.rate_hz,
        }
        stages.save(name, stored)
    return measured_data(
        column,
        lgn_levels_hz=levels,
        network_rate_hz=stored["network_rate_hz"],
        dc_pa=stored["dc_pa"],
        rate_hz=stored["rate_hz"],
        duration_s=config.probe_duration_ms * 1e-3,
    )


def fit_tau_r_ms(
    parameters: RateParameters,
    variant: str,
    extensions: tuple[str, ...],
    stimuli: Sequence[Stimulus],
    counts: NDArray[np.integer],
    *,
    dt_ms: float,
    bin_ms: float,
    drop_ms: float,
) -> float:
    """Choose tau_r on the calibration stimuli: one value for the network.

    The network runs with each value of :data:`TAU_R_GRID_MS`. The squared error of
    a population counts in units of its variance; populations whose own noise
    exceeds a fifth of their variance are left out. One value, because a value per
    population, chosen while all others have the same, does not hold once the
    others have theirs.

    Parameters
    ----------
    parameters
        Parameters of the rate model.
    variant, extensions
        Which rate model.
    stimuli
        Calibration stimuli.
    counts
        Spike counts under them from ``drop_ms`` on, ``(n_seeds, n_stimuli,
        n_trials, n_bins, 17)``.
    dt_ms, bin_ms, drop_ms
        Step of the rate model, bin, dropped start, ms.

    Returns
    -------
    float
        tau_r, ms.
    """
    grid = np.array(TAU_R_GRID_MS[variant])
    network = RateNetwork.with_extensions(
        parameters, variant, extensions, grid[:, None], dt_ms
    )
    run = network.run(stimuli, bin_ms=bin_ms, drop_ms=drop_ms)
    model = run.rates[:, :, round(drop_ms / bin_ms) :]
    cells = np.bincount(parameters.population, minlength=len(POPULATIONS))
    trials = np.moveaxis(counts, 0, 1) / np.maximum(cells, 1) / (bin_ms * 1e-3)
    trials = trials.reshape(trials.shape[0], -1, *trials.shape[3:])
    mean = trials.mean(axis=1)
    noise = (trials.var(axis=1, ddof=1) / trials.shape[1]).mean(axis=(0, 1))
    variance = np.maximum(mean.reshape(-1, len(POPULATIONS)).var(axis=0), 1e-12)
    error = ((model - mean) ** 2).mean(axis=(1, 2)) / variance
    clear = (noise > 0.0) & (noise < 0.2 * variance)  # a silent one has no noise
    if not clear.any():
        raise InputError(
            "tau_r: every population is too noisy under the calibration stimuli to "
            "fit it; raise spiking.calibration_trials or set rate.tau_r_ms"
        )
    return float(grid[np.argmin(error[:, clear].mean(axis=1))])
