"""The stimuli of the validation: blank, flash, grating, broadband, steps."""

import math

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.stimulus import Stimulus

SPATIAL_FREQUENCY_CPD = 0.04
"""Cycles per degree of the gratings (the Allen Institute's drifting gratings)."""

BROADBAND_HZ = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 17.0, 23.0, 30.0, 38.0, 47.0)
"""Test frequencies, 1 to 50 Hz, all with whole periods in a second."""

BROADBAND_BASE_HZ = 8.0
"""Rate of every LGN cell around which the broadband stimulus modulates it."""


def _times(duration_ms: float, dt_ms: float) -> FloatArray:
    n = round(duration_ms / dt_ms)
    if n < 1 or not math.isclose(n * dt_ms, duration_ms):
        raise InputError(
            f"stimulus: duration {duration_ms} ms is not a multiple of dt {dt_ms} ms"
        )
    return np.asarray((np.arange(n) + 0.5) * dt_ms, dtype=np.float64)


def blank(lgn: LgnCells, *, duration_ms: float, dt_ms: float = 1.0) -> Stimulus:
    """Return a grey screen: every LGN cell at its spontaneous rate."""
    times = _times(duration_ms, dt_ms)
    contrast = np.zeros((times.size, lgn.n_cells))
    return Stimulus("blank", dt_ms, lgn_rates(lgn, contrast, dt_ms))


def flash(
    lgn: LgnCells,
    *,
    duration_ms: float,
    onset_ms: float,
    length_ms: float = 100.0,
    contrast: float = 0.8,
    dt_ms: float = 1.0,
    name: str = "flash",
) -> Stimulus:
    """Return a full-field flash of ``contrast`` that lasts ``length_ms``."""
    times = _times(duration_ms, dt_ms)
    on = (times >= onset_ms) & (times < onset_ms + length_ms)
    scene = np.repeat(contrast * on[:, None], lgn.n_cells, axis=1)
    return Stimulus(name, dt_ms, lgn_rates(lgn, scene, dt_ms), onset_ms=(onset_ms,))


def grating(
    lgn: LgnCells,
    *,
    direction_deg: float,
    duration_ms: float,
    onset_ms: float,
    temporal_frequency_hz: float = 2.0,
    contrast: float = 0.8,
    dt_ms: float = 1.0,
    name: str | None = None,
) -> Stimulus:
    r"""Return a drifting grating that appears at ``onset_ms``.

    The local contrast is the sinusoid at the centre of the receptive field,
    weakened by the cell's Gaussian of :math:`\sigma` = size / 3 (Billeh et al.
    2020) to :math:`e^{-(2\pi f\sigma)^2/2}`.
    """
    times = _times(duration_ms, dt_ms)
    angle = math.radians(direction_deg)
    distance = lgn.x_deg * math.cos(angle) + lgn.y_deg * math.sin(angle)
    k = 2.0 * math.pi * SPATIAL_FREQUENCY_CPD
    seen = contrast * np.exp(-0.5 * (k * lgn.size_deg / 3.0) ** 2)
    omega = 2.0 * math.pi * temporal_frequency_hz / 1000.0
    elapsed = (times - onset_ms)[:, None]
    scene = seen * np.cos(k * distance - omega * elapsed) * (elapsed >= 0.0)
    return Stimulus(
        name or f"grating_{direction_deg:g}",
        dt_ms,
        lgn_rates(lgn, scene, dt_ms),
        onset_ms=(onset_ms,),
        frequencies_hz=(temporal_frequency_hz,),
        direction_deg=direction_deg,
    )


def broadband(
    lgn: LgnCells,
    *,
    modulation: float,
    duration_ms: float,
    frequencies_hz: tuple[float, ...] = BROADBAND_HZ,
    phase_seed: int = 0,
    dt_ms: float = 1.0,
    name: str | None = None,
) -> Stimulus:
    """Return a multi-sine modulation of all LGN rates together.

    Every cell fires at ``8 (1 + modulation s(t))`` Hz, with ``s`` the sum of
    equal sinusoids with random phases, scaled to a peak of 1: a common drive
    that probes how fast the populations follow, without the LGN's own filter.
    """
    if not 0.0 < modulation <= 1.0:
        raise InputError(f"stimulus: modulation {modulation} is outside (0, 1]")
    times = _times(duration_ms, dt_ms)
    phases = np.random.default_rng(phase_seed).uniform(
        0.0, 2.0 * math.pi, len(frequencies_hz)
    )
    omega = 2.0 * math.pi * np.array(frequencies_hz) / 1000.0
    signal = np.cos(times[:, None] * omega + phases).sum(axis=1)
    signal /= np.abs(signal).max()
    rate = BROADBAND_BASE_HZ * (1.0 + modulation * signal)
    return Stimulus(
        name or f"broadband_{100 * modulation:g}",
        dt_ms,
        np.repeat(rate[:, None], lgn.n_cells, axis=1),
        frequencies_hz=frequencies_hz,
    )


def steps(
    lgn: LgnCells,
    *,
    levels_hz: tuple[float, ...],
    duration_ms: float,
    first_ms: float,
    dt_ms: float = 1.0,
    name: str = "steps",
) -> Stimulus:
    """Return steps of a rate that all LGN cells share.

    The first level holds from 0 to ``first_ms``; the others share the rest.
    """
    times = _times(duration_ms, dt_ms)
    if len(levels_hz) < 2 or not first_ms < duration_ms:
        raise InputError("stimulus: steps need two levels and time for the second")
    length = (duration_ms - first_ms) / (len(levels_hz) - 1)
    index = np.where(
        times < first_ms, 0, 1 + np.floor((times - first_ms) / length).astype(int)
    )
    rate = np.array(levels_hz)[np.minimum(index, len(levels_hz) - 1)]
    onsets = tuple(first_ms + k * length for k in range(len(levels_hz) - 1))
    return Stimulus(
        name, dt_ms, np.repeat(rate[:, None], lgn.n_cells, axis=1), onset_ms=onsets
    )
