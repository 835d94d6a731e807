"""Transfer functions measured under the network's own, frozen noise.

A stationary run of the closed network is recorded. Then every cell is cut off
from the others and receives exactly the spikes it received before, LGN, background
and surround included, plus a constant current. The noise a cell feels is so the
real one: with the shot noise of its strong synapses and with the correlations
between its sources, both of which independent Poisson sources would miss.
"""

from collections.abc import Callable, Generator
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.machine.cores import available_cores
from bridge.progress import Progress, SilentProgress, task
from bridge.stimulus.stimulus import Stimulus
from spiking.devices.choose import device_runner
from spiking.network.network_arrays import network_arrays
from spiking.trials.trial import Trial
from spiking.trials.trial_drawing import draw_trial

CurrentsOf = Callable[[int, FloatArray], FloatArray]
"""Constant currents (pA, ``(n_currents, n_cells)``) to probe a level with, given
its number and the rates (Hz, ``(n_cells,)``) the network has there."""


@dataclass(frozen=True)
class ProbeResult:
    """Measured rates.

    Attributes
    ----------
    network_rate_hz
        Rates in the closed network, Hz, ``(n_levels, n_cells)``.
    dc_pa
        Constant currents, pA, ``(n_levels, n_currents, n_cells)``.
    rate_hz
        Rates of the isolated cells, Hz, ``(n_levels, n_currents, n_cells)``.
    duration_ms
        Time the rates were counted over, ms.
    """

    network_rate_hz: FloatArray
    dc_pa: FloatArray
    rate_hz: FloatArray
    duration_ms: float


def probe_transfer(
    column: Column,
    *,
    lgn_rate_hz: FloatArray,
    currents_of: CurrentsOf,
    duration_ms: float,
    warmup_ms: float,
    seed: int,
    dt_ms: float = 0.1,
    device: str = "cpp",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> ProbeResult:
    """Measure the rate of every cell against a constant current, level by level.

    Parameters
    ----------
    column
        The column.
    lgn_rate_hz
        Constant LGN rates of each level, Hz, ``(n_levels, n_lgn)``.
    currents_of
        Chooses the currents of a level once the network's rates are known.
    duration_ms, warmup_ms
        Time that is counted, and the time before it that is not, ms.
    seed
        Seed; each level has random numbers of its own.
    dt_ms, device, n_jobs
        As for :class:`spiking.running.model.SpikingModel`.
    progress
        Told the biological milliseconds that are done.

    Returns
    -------
    ProbeResult
        Rates in the network and of the isolated cells.

    Raises
    ------
    InputError
        If the rates do not fit the column or a duration is not positive.
    DeviceError
        If the device cannot run.
    """
    if np.ndim(lgn_rate_hz) != 2 or not (duration_ms > 0.0 and warmup_ms >= 0.0):
        raise InputError("probe: lgn_rate_hz must be (n_levels, n_lgn), times positive")
    runner = device_runner(device)
    n_levels = len(lgn_rate_hz)
    total_ms = warmup_ms + duration_ms
    stimuli = [
        Stimulus(f"level_{k}", total_ms, np.asarray(rate)[None])
        for k, rate in enumerate(lgn_rate_hz)
    ]
    n_warmup = round(warmup_ms / dt_ms)
    per_hz = 1e3 / duration_ms
    meter = progress or SilentProgress()

    def recorded(level: int) -> Trial:
        return draw_trial(
            stimuli[level],
            (level, 0),
            seed,
            dt_ms=dt_ms,
            population=column.population,
        )

    def run(
        name: str, make: Callable[[int], Trial], n: int, *, open_loop: bool
    ) -> Generator[tuple[int, NDArray[np.int32]], None, None]:
        with task(meter, name, n * total_ms):
            yield from runner(
                network_arrays(column, dt_ms, open_loop=open_loop),
                [(k, partial(make, k)) for k in range(n)],
                min(available_cores() if n_jobs is None else n_jobs, n),
                lambda ms: meter.advance(name, ms),
            )

    def rates(spikes: NDArray[np.int32]) -> FloatArray:
        counted = spikes[spikes[:, 0] >= n_warmup, 1]
        counts = np.bincount(counted, minlength=column.n_cells)
        return counts.astype(np.float64) * per_hz

    with closing(run("network noise", recorded, n_levels, open_loop=False)) as runs:
        spikes = dict(runs)
    network = np.stack([rates(spikes[k]) for k in range(n_levels)])
    dc = np.stack([currents_of(k, network[k]) for k in range(n_levels)])
    n_currents = dc.shape[1]

    def replayed(number: int) -> Trial:
        level, current = divmod(number, n_currents)
        return _replayed(
            recorded(level), spikes[level], dc[level, current], column.n_cells
        )

    measured = np.zeros_like(dc)
    n_points = n_levels * n_currents
    with closing(run("transfer functions", replayed, n_points, open_loop=True)) as runs:
        for number, found in runs:
            measured[divmod(number, n_currents)] = rates(found)
    return ProbeResult(network, dc, measured, duration_ms)


def _replayed(
    trial: Trial, spikes: NDArray[np.int32], dc_pa: FloatArray, n_cells: int
) -> Trial:
    """Return a trial in which recorded spikes are external: cells, then LGN."""
    step = np.concatenate([spikes[:, 0], trial.source_step])
    source = np.concatenate([spikes[:, 1], trial.source_id + np.int32(n_cells)])
    order = np.lexsort((source, step))
    return replace(
        trial,
        source_step=step[order].astype(np.int32),
        source_id=source[order].astype(np.int32),
        injected_pa=dc_pa,
    )
