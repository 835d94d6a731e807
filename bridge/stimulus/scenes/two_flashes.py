"""Two short flashes of the whole screen, one soon after the other."""

from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.response import lgn_rates
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneTrial
from bridge.stimulus.stimulus import Stimulus

APART_MS = 80.0
"""From onset to onset: the second flash meets a column that has not settled."""


def two_flashes(
    lgn: LgnCells,
    *,
    duration_ms: float,
    onset_ms: float,
    length_ms: float = 40.0,
    contrast: float = 0.8,
    dt_ms: float = 1.0,
) -> Stimulus:
    """Return two bright screens, 80 ms from onset to onset.

    The first onset alone is stated: before the second one no rate is at rest, so it
    has no latency.
    """
    times = sample_times(duration_ms, dt_ms)
    on = np.zeros(times.size, dtype=bool)
    for start in (onset_ms, onset_ms + APART_MS):
        on |= (times >= start) & (times < start + length_ms)
    scene = np.repeat(contrast * on[:, None], lgn.n_cells, axis=1)
    return Stimulus(
        "two_flashes",
        dt_ms,
        lgn_rates(lgn, scene, dt_ms),
        onset_ms=(onset_ms,),
        kind="flash",
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    """Return flashes of which the first lies in the middle of what is measured."""
    onset_ms = 0.5 * (trial.drop_ms + trial.duration_ms)
    return two_flashes(lgn, duration_ms=trial.duration_ms, onset_ms=onset_ms)


TWO_FLASHES = Scene("two_flashes", "two bright screens 80 ms apart", _make)
