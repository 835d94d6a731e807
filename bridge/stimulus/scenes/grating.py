"""A drifting grating."""

import math
from collections.abc import Mapping

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneOption, SceneTrial
from bridge.stimulus.stimulus import Stimulus

SPATIAL_FREQUENCY_CPD = 0.04
"""Cycles per degree of the gratings (the Allen Institute's drifting gratings)."""

DIRECTION = SceneOption("direction_deg", "Direction of motion, degrees", 0.0)


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
    """Return a drifting grating that appears at ``onset_ms``."""
    elapsed = sample_times(duration_ms, dt_ms) - onset_ms
    wave = seen_wave(lgn, elapsed, direction_deg, temporal_frequency_hz)
    scene = contrast * wave * (elapsed >= 0.0)[:, None]
    return Stimulus(
        name or f"grating_{direction_deg:g}",
        dt_ms,
        lgn_rates(lgn, scene, dt_ms),
        onset_ms=(onset_ms,),
        frequencies_hz=(temporal_frequency_hz,),
        direction_deg=direction_deg,
        kind="grating",
    )


def seen_wave(
    lgn: LgnCells,
    elapsed_ms: FloatArray,
    direction_deg: float,
    temporal_frequency_hz: float,
) -> FloatArray:
    r"""Return what every LGN cell sees of a grating of contrast 1.

    The sinusoid at the centre of the receptive field, weakened by the cell's
    Gaussian of :math:`\sigma` = size / 3 (Billeh et al. 2020) to
    :math:`e^{-(2\pi f\sigma)^2/2}`.

    Parameters
    ----------
    lgn
        The cells.
    elapsed_ms
        Times at which the phase is taken, ms, ``(n_samples,)``.
    direction_deg, temporal_frequency_hz
        Direction of motion, degrees, and cycles per second.

    Returns
    -------
    ndarray
        Local contrast, ``(n_samples, n_lgn)``.
    """
    angle = math.radians(direction_deg)
    distance = lgn.x_deg * math.cos(angle) + lgn.y_deg * math.sin(angle)
    k = 2.0 * math.pi * SPATIAL_FREQUENCY_CPD
    seen = np.exp(-0.5 * (k * lgn.size_deg / 3.0) ** 2)
    omega = 2.0 * math.pi * temporal_frequency_hz / 1000.0
    wave: FloatArray = seen * np.cos(k * distance - omega * elapsed_ms[:, None])
    return wave


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return a grating that is there from the start of the trial."""
    return grating(
        lgn,
        direction_deg=options[DIRECTION.name],
        duration_ms=trial.duration_ms,
        onset_ms=0.0,
    )


GRATING = Scene("grating", "drifting at 2 Hz", _make, (DIRECTION,))
