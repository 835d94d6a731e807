"""A modulation of all LGN rates at many frequencies together."""

import math
from collections.abc import Mapping

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.scenes.samples import sample_times
from bridge.stimulus.scenes.scene import Scene, SceneOption, SceneTrial
from bridge.stimulus.stimulus import Stimulus

BROADBAND_HZ = (1.0, 2.0, 3.0, 5.0, 8.0, 12.0, 17.0, 23.0, 30.0, 38.0, 47.0)
"""Test frequencies, 1 to 50 Hz, all with whole periods in a second."""

BROADBAND_BASE_HZ = 8.0
"""Rate of every LGN cell around which the broadband stimulus modulates it."""

MODULATION = SceneOption("modulation", "Depth of the modulation, 0 to 1", 1.0, 0.0, 1.0)


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
    times = sample_times(duration_ms, dt_ms)
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
        kind="broadband",
    )


def _make(lgn: LgnCells, trial: SceneTrial, options: Mapping[str, float]) -> Stimulus:
    modulation = options[MODULATION.name]
    return broadband(lgn, modulation=modulation, duration_ms=trial.duration_ms)


BROADBAND = Scene(
    "broadband", "all LGN rates modulated at 1 to 47 Hz", _make, (MODULATION,)
)
