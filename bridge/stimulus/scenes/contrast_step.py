"""A drifting grating whose contrast steps up and back down."""

from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.scenes.grating import seen_wave
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneTrial
from bridge.stimulus.stimulus import Stimulus

LOW, HIGH = 0.2, 0.9
"""Contrasts; neither is that of another grating of the validation."""


def contrast_step(
    lgn: LgnCells,
    *,
    duration_ms: float,
    onset_ms: float,
    length_ms: float = 300.0,
    direction_deg: float = 112.5,
    temporal_frequency_hz: float = 3.0,
    dt_ms: float = 1.0,
) -> Stimulus:
    """Return a grating of contrast 0.2 that has 0.9 for a while.

    It drifts from the start of the trial, in a direction and at a frequency that no
    other grating has.
    """
    times = sample_times(duration_ms, dt_ms)
    is_high = (times >= onset_ms) & (times < onset_ms + length_ms)
    contrast = np.where(is_high, HIGH, LOW)
    wave = seen_wave(lgn, times, direction_deg, temporal_frequency_hz)
    return Stimulus(
        "contrast_step",
        dt_ms,
        lgn_rates(lgn, contrast[:, None] * wave, dt_ms),
        onset_ms=(onset_ms,),
        kind="step",
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return a step up in the middle of what is measured."""
    onset_ms = 0.5 * (trial.drop_ms + trial.duration_ms)
    return contrast_step(lgn, duration_ms=trial.duration_ms, onset_ms=onset_ms)


CONTRAST_STEP = Scene("contrast_step", "a grating that gains contrast", _make)
