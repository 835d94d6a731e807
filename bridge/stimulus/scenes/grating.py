"""A drifting grating."""

import math
from collections.abc import Mapping

import numpy as np

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
    r"""Return a drifting grating that appears at ``onset_ms``.

    The local contrast is the sinusoid at the centre of the receptive field,
    weakened by the cell's Gaussian of :math:`\sigma` = size / 3 (Billeh et al.
    2020) to :math:`e^{-(2\pi f\sigma)^2/2}`.
    """
    times = sample_times(duration_ms, dt_ms)
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
        kind="grating",
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return a grating that is there from the start of the trial."""
    return grating(
        lgn,
        direction_deg=options[DIRECTION.name],
        duration_ms=trial.duration_ms,
        onset_ms=0.0,
    )


GRATING = Scene("grating", "drifting at 2 Hz", _make, (DIRECTION,))
