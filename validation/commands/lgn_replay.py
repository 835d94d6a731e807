"""LGN spikes of a file, shown to a column in place of a stimulus, and what of them."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.lgn.spikes import (
    LgnSpikes,
    read_lgn_spikes,
    stimulus_from_spikes,
)
from bridge.stimulus.stimulus import Stimulus
from spiking.trials.source_spikes import step_of_time
from validation.terminal import PlainConsole

_EARLY = 1e-2
"""All spikes within this share of a trial, and no unit said: it will be seconds."""


class LgnReplay(NamedTuple):
    """Spikes to replay.

    Attributes
    ----------
    stimulus
        Their rates, under the name ``replay``.
    spikes
        The spikes.
    account
        What became of the spikes of the file, for ``provenance.json``.
    """

    stimulus: Stimulus
    spikes: LgnSpikes
    account: dict[str, Any]


def read_replay(
    path: Path,
    population: str | None,
    lgn: LgnCells,
    *,
    duration_ms: float,
    dt_ms: float,
) -> LgnReplay:
    """Read spikes to replay, and say on stderr how many are used and how many not.

    Parameters
    ----------
    path, population
        SONATA spike file, and the population in it; ``None`` finds it.
    lgn
        LGN cells of the column.
    duration_ms, dt_ms
        Duration of the trial and time step, ms.

    Raises
    ------
    InputError
        If the file cannot be used, or none of its spikes.
    """
    spikes = read_lgn_spikes(path, lgn, population)
    stimulus = stimulus_from_spikes(
        spikes, name="replay", kind="other", duration_ms=duration_ms
    )
    step = step_of_time(spikes.times_ms, dt_ms)
    inside = step < round(duration_ms / dt_ms)
    # one number for each step and cell
    fired = step[inside].astype(np.int64) * lgn.n_cells + spikes.rows[inside]
    n_used = int(np.count_nonzero(inside))
    n_late = spikes.times_ms.size - n_used
    n_moved = n_used - np.unique(fired).size
    n_spikes = spikes.times_ms.size + spikes.n_unknown
    line = (
        f"LGN spikes: {n_used:,} of {n_spikes:,} used ({spikes.n_unknown:,} of cells "
        f"that the column does not have; {n_late:,} outside the trial)"
    )
    if spikes.population not in (None, lgn.population):
        line += f", of population {spikes.population}"
    if n_moved:
        line += f"; {n_moved:,} moved on, the second of a cell in one time step"
    console = PlainConsole(stderr=True)
    console.print(line, soft_wrap=True)
    if not spikes.states_unit and spikes.times_ms.max() <= _EARLY * duration_ms:
        console.print(
            f"{path}: does not say the unit of its times, which are taken as ms; all "
            f"lie within {spikes.times_ms.max():g} ms. If they are seconds, say so: "
            "attribute units = 's' of timestamps",
            soft_wrap=True,
        )
    account = {
        "file": str(path),
        "population": spikes.population,
        "spikes": n_spikes,
        "used": n_used,
        "of_unknown_cells": spikes.n_unknown,
        "outside_trial": n_late,
        "moved_to_the_next_step": n_moved,
        "states_unit": spikes.states_unit,
    }
    return LgnReplay(stimulus, spikes, account)
