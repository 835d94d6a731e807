"""Firing rates of isolated cells under noisy input: measured f-I curves."""

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.progress import Progress, SilentProgress, task
from spiking.cores import available_cores
from spiking.devices import device_runner
from spiking.network_arrays import network_arrays
from spiking.source_spikes import draw_spikes
from spiking.trial import Trial


@dataclass(frozen=True)
class ProbeLevel:
    """Input of one point of the transfer functions.

    Attributes
    ----------
    scale
        Factor on the rates of all recurrent and LGN sources.
    dc_pa
        Constant current into each cell, pA, shape ``(n_cells,)``.
    """

    scale: float
    dc_pa: NDArray[np.float64]


def probe_transfer(
    column: Column,
    *,
    source_rate_hz: NDArray[np.float64],
    lgn_rate_hz: NDArray[np.float64],
    levels: Sequence[ProbeLevel],
    duration_ms: float,
    warmup_ms: float,
    seed: int,
    dt_ms: float = 0.1,
    asc_dynamic_below_per_ms: float | None = None,
    device: str = "cpp",
    n_jobs: int | None = None,
    progress: Progress | None = None,
) -> NDArray[np.float64]:
    """Measure the rate of every cell, cut off from the others, at each level.

    A Poisson process stands in for each source, cell or LGN, and reaches its
    targets through the real synapses; cells that share a source in the column
    share it here, which the rate of a single cell does not feel. Background and
    surround stay as they are.

    Parameters
    ----------
    column
        The column.
    source_rate_hz, lgn_rate_hz
        Rates of the stand-ins of cells and LGN cells at scale 1, Hz, shapes
        ``(n_cells,)`` and ``(n_lgn,)``.
    levels
        The levels.
    duration_ms, warmup_ms
        Time that is counted, and the time before it that is not, ms.
    seed
        Seed; each level has random numbers of its own.
    dt_ms
        Time step, ms.
    asc_dynamic_below_per_ms
        After-spike currents that decay more slowly (1/ms) are switched off,
        for a rate model that carries them itself; ``None`` keeps all.
    device, n_jobs
        As for :class:`spiking.model.SpikingModel`.
    progress
        Told the biological milliseconds that are done.

    Returns
    -------
    ndarray
        Rates, Hz, shape ``(n_levels, n_cells)``.

    Raises
    ------
    InputError
        If rates or levels do not fit the column.
    DeviceError
        If the device cannot run.
    """
    runner = device_runner(device)
    rates_hz = _checked_rates(column, source_rate_hz, lgn_rate_hz, levels)
    arrays = network_arrays(
        column,
        dt_ms,
        open_loop=True,
        asc_dynamic_below_per_ms=asc_dynamic_below_per_ms,
    )
    n_warmup = round(warmup_ms / dt_ms)
    n_steps = n_warmup + round(duration_ms / dt_ms)

    def maker(number: int) -> Callable[[], Trial]:
        return lambda: _trial(levels[number], rates_hz, n_steps, dt_ms, (seed, number))

    result = np.zeros((len(levels), column.n_cells))
    meter = progress or SilentProgress()
    name = "transfer functions"
    running = runner(
        arrays,
        ((k, maker(k)) for k in range(len(levels))),
        min(available_cores() if n_jobs is None else n_jobs, len(levels)),
        lambda ms: meter.advance(name, ms),
    )
    with task(meter, name, len(levels) * n_steps * dt_ms), closing(running):
        for number, spikes in running:
            counted = spikes[spikes[:, 0] >= n_warmup, 1]
            result[number] = np.bincount(counted, minlength=column.n_cells)
    return result / ((n_steps - n_warmup) * dt_ms * 1e-3)


def _checked_rates(
    column: Column,
    source_rate_hz: NDArray[np.float64],
    lgn_rate_hz: NDArray[np.float64],
    levels: Sequence[ProbeLevel],
) -> NDArray[np.float64]:
    """Return the rates of all stand-ins, Hz, shape ``(n_cells + n_lgn,)``."""
    for what, rates, n in (
        ("source_rate_hz", source_rate_hz, column.n_cells),
        ("lgn_rate_hz", lgn_rate_hz, column.lgn.n_cells),
    ):
        if np.shape(rates) != (n,):
            raise InputError(f"probe: {what} has shape {np.shape(rates)}, not ({n},)")
        if not np.isfinite(rates).all() or (np.asarray(rates) < 0.0).any():
            raise InputError(f"probe: a rate in {what} is negative or not finite")
    for number, level in enumerate(levels):
        if np.shape(level.dc_pa) != (column.n_cells,) or not level.scale >= 0.0:
            raise InputError(
                f"probe: level {number} needs a scale >= 0 and one dc_pa per cell"
            )
    return np.concatenate([source_rate_hz, lgn_rate_hz]).astype(np.float64)


def _trial(
    level: ProbeLevel,
    rates_hz: NDArray[np.float64],
    n_steps: int,
    dt_ms: float,
    place: tuple[int, int],
) -> Trial:
    seed, number = place
    random = np.random.SeedSequence(seed, spawn_key=(number,))
    rng = np.random.Generator(np.random.PCG64(random.spawn(1)[0]))
    step, source = draw_spikes(level.scale * rates_hz[None], n_steps, dt_ms, rng)
    return Trial(
        key=int(random.generate_state(1, dtype=np.uint64)[0]),
        n_steps=n_steps,
        source_step=step,
        source_id=source,
        injected_pa=np.asarray(level.dc_pa, dtype=np.float64),
    )
