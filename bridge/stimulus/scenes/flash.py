"""A flash of the whole screen."""

from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneTrial
from bridge.stimulus.stimulus import Stimulus


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
    times = sample_times(duration_ms, dt_ms)
    on = (times >= onset_ms) & (times < onset_ms + length_ms)
    scene = np.repeat(contrast * on[:, None], lgn.n_cells, axis=1)
    return Stimulus(
        name, dt_ms, lgn_rates(lgn, scene, dt_ms), onset_ms=(onset_ms,), kind="flash"
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return a flash in the middle of what is measured."""
    onset_ms = 0.5 * (trial.drop_ms + trial.duration_ms)
    return flash(lgn, duration_ms=trial.duration_ms, onset_ms=onset_ms)


FLASH = Scene("flash", "a bright screen for 100 ms", _make)
