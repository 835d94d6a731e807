"""Steps of a rate that all LGN cells share."""

from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneTrial
from bridge.stimulus.stimulus import Stimulus

LEVELS_HZ = (5.0, 2.0, 16.0, 8.0, 4.0, 12.0)
"""Levels up and down, small and large steps, around the 8 Hz of a reduction."""


def steps(
    lgn: LgnCells,
    *,
    duration_ms: float,
    first_ms: float,
    levels_hz: tuple[float, ...] = LEVELS_HZ,
    dt_ms: float = 1.0,
    name: str = "steps",
) -> Stimulus:
    """Return steps of a rate that all LGN cells share.

    The first level holds from 0 to ``first_ms``; the others share the rest.
    """
    times = sample_times(duration_ms, dt_ms)
    if len(levels_hz) < 2 or not first_ms < duration_ms:
        raise InputError("stimulus: steps need two levels and time for the second")
    length = (duration_ms - first_ms) / (len(levels_hz) - 1)
    index = np.where(
        times < first_ms, 0, 1 + np.floor((times - first_ms) / length).astype(int)
    )
    rate = np.array(levels_hz)[np.minimum(index, len(levels_hz) - 1)]
    onsets = tuple(first_ms + k * length for k in range(len(levels_hz) - 1))
    return Stimulus(
        name,
        dt_ms,
        np.repeat(rate[:, None], lgn.n_cells, axis=1),
        onset_ms=onsets,
        kind="step",
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return steps whose first level holds while nothing is measured."""
    return steps(lgn, duration_ms=trial.duration_ms, first_ms=trial.drop_ms)


STEPS = Scene("steps", "one rate of all LGN cells, 2 to 16 Hz", _make)
