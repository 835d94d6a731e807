"""Spike trains of external sources on the time grid of the simulation."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatingArray
from bridge.errors import InputError
from bridge.stimulus.one_per_step import one_per_step


def draw_spikes(
    rate_hz: FloatingArray,
    sample_steps: int,
    dt_ms: float,
    rng: np.random.Generator,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Draw inhomogeneous Poisson spikes.

    The number of spikes in all is Poisson; each falls into a sample and source
    with probability proportional to its rate, and into a step of the sample
    with equal probability. That is the Poisson process, binned to steps.

    Parameters
    ----------
    rate_hz
        Rate of each source in each sample, Hz, shape
        ``(n_samples, n_sources)``.
    sample_steps
        Steps a sample lasts.
    dt_ms
        Time step, ms.
    rng
        Random numbers.

    Returns
    -------
    step, source : ndarray
        Sorted by step, then source, int32 (:func:`one_per_step`).
    """
    n_samples, n_sources = rate_hz.shape
    running = np.cumsum(rate_hz, axis=None, dtype=np.float64)
    total = float(running[-1]) if running.size else 0.0
    n_spikes = rng.poisson(total * sample_steps * dt_ms * 1e-3)
    place = np.sort(rng.random(n_spikes)) * total
    where = np.searchsorted(running, place, side="right")
    where = np.minimum(where, running.size - 1)
    step = where // n_sources * sample_steps + rng.integers(
        0, sample_steps, size=n_spikes
    )
    return one_per_step(step, where % n_sources, n_samples * sample_steps)


def place_spikes(
    times_ms: FloatingArray,
    source: NDArray[np.integer],
    n_steps: int,
    dt_ms: float,
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Put given spike times on the time grid.

    A spike in ``(k dt, (k + 1) dt]`` belongs to step ``k``, so a time on the
    grid ends its step, as in NEST.

    Parameters
    ----------
    times_ms
        Spike times, ms.
    source
        Source of each spike.
    n_steps
        Length of the trial in steps; later spikes are left out.
    dt_ms
        Time step, ms.

    Returns
    -------
    step, source : ndarray
        Sorted by step, then source, int32 (:func:`one_per_step`).

    Raises
    ------
    InputError
        If a time is negative or not finite.
    """
    step = step_of_time(times_ms, dt_ms)
    within = step < n_steps
    return one_per_step(
        step[within].astype(np.int64), np.asarray(source)[within], n_steps
    )


def step_of_time(times_ms: FloatingArray, dt_ms: float) -> FloatingArray:
    """Return the step that each spike time belongs to, as whole float64 numbers.

    Parameters
    ----------
    times_ms
        Spike times, ms; one on the grid ends its step.
    dt_ms
        Time step, ms.

    Raises
    ------
    InputError
        If a time is negative or not finite.
    """
    times = np.asarray(times_ms, dtype=np.float64)
    if times.size and not (np.isfinite(times).all() and times.min() >= 0.0):
        raise InputError("LGN spikes: a time is negative or not finite")
    return np.maximum(np.ceil(times / dt_ms - 1e-6) - 1.0, 0.0)
