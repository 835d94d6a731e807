"""One trial: what a network is driven with, from rest at t = 0."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray


@dataclass(frozen=True)
class Trial:
    """Input of one trial in simulation steps.

    Attributes
    ----------
    key
        64-bit number from which the Poisson input of the cells is drawn.
    n_steps
        Length of the trial in steps.
    source_step, source_id
        Spikes of the external sources, sorted by step, then source; a source
        spikes at most once per step. Shape ``(n_source_spikes,)``, int32.
    injected_pa
        Constant current into each cell, pA, shape ``(n_cells,)``.
    current_pa
        Current over time, pA, shape ``(n_steps / sample_steps, n_groups)``;
        ``None`` where there is none.
    current_group
        Column of ``current_pa`` of each cell, shape ``(n_cells,)``, int32.
    sample_steps
        Steps that a row of ``current_pa`` lasts.
    """

    key: int
    n_steps: int
    source_step: NDArray[np.int32]
    source_id: NDArray[np.int32]
    injected_pa: FloatArray
    current_pa: FloatArray | None = None
    current_group: NDArray[np.int32] | None = None
    sample_steps: int = 1


Trials = Sequence[tuple[int, Callable[[], Trial]]]
"""Number of each trial and a function that makes it."""

Spikes = Generator[tuple[int, NDArray[np.int32]], None, None]
"""Number of each trial, its spikes as rows of (step, cell); in any order."""
