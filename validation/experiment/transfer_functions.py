"""Finds transfer functions: measured by the spiking model, or from theory."""

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.files.stages import Stages
from bridge.progress import Progress
from bridge.reduction.reduce import Reduction, reduce_column
from bridge.reduction.reducible import require_reducible
from bridge.reduction.transfer.points import (
    TransferData,
    measured_data,
    theoretical_data,
)
from bridge.reduction.transfer.working_point import probe_currents_pa, working_point
from spiking.running.frozen_noise import probe_transfer
from validation.config.sections import ReductionConfig, SpikingConfig

PROBE_WARMUP_MS = 500.0


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
        If the method finds no functions but takes those of a training, or the
        column has cells that no rate model stands for.
    """
    if config.method == "trained":
        raise InputError('reduction.method "trained": a column has no such functions')
    require_reducible(column)
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
