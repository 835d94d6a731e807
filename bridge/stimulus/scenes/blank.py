"""A grey screen."""

from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneTrial
from bridge.stimulus.stimulus import Stimulus


def blank(lgn: LgnCells, *, duration_ms: float, dt_ms: float = 1.0) -> Stimulus:
    """Return a grey screen: every LGN cell at its spontaneous rate."""
    times = sample_times(duration_ms, dt_ms)
    contrast = np.zeros((times.size, lgn.n_cells))
    return Stimulus("blank", dt_ms, lgn_rates(lgn, contrast, dt_ms), kind="blank")


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    return blank(lgn, duration_ms=trial.duration_ms)


BLANK = Scene("blank", "a grey screen", _make)
