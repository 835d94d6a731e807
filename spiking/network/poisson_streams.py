"""Stationary Poisson input of many streams, superposed per cell and receptor.

The sum of independent Poisson streams is a Poisson stream whose events pick
their origin with probability proportional to its rate, so background and
surround of a receptor need one clock instead of one per stream.
"""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from spiking.network.receptor_slots import ReceptorSlots

MAX_EVENTS_PER_STEP = 10.0
"""Largest mean number of events per cell, receptor and step."""


@dataclass(frozen=True)
class PoissonStreams:
    """Superposed streams, sorted by slot, cell and falling rate.

    Attributes
    ----------
    mean_events
        Events per step of each slot and cell, shape ``(n_slots, n_cells)``.
    first, n_rows
        First row of a slot and cell in the two arrays below, and their number,
        shape ``(n_slots, n_cells)``.
    cumulative
        Probability that an event comes from this row or an earlier one of the
        same slot and cell, 1 in the last of them, shape ``(n_rows,)``; at least
        one row exists.
    weight_pa
        Peak current of an event, pA, shape ``(n_rows,)``.
    """

    mean_events: FloatArray
    first: IntArray
    n_rows: IntArray
    cumulative: FloatArray
    weight_pa: FloatArray


def superpose(
    inputs: tuple[PoissonInput, ...],
    slots: ReceptorSlots,
    dt_ms: float,
) -> PoissonStreams:
    """Superpose Poisson inputs.

    Parameters
    ----------
    inputs
        Background, surround: any number of Poisson inputs.
    slots
        Slots of the receptors.
    dt_ms
        Time step, ms.

    Returns
    -------
    PoissonStreams
        Streams of rate 0 or weight 0 are left out.

    Raises
    ------
    InputError
        If a cell would receive more than :data:`MAX_EVENTS_PER_STEP` per step.
    """
    n_cells = slots.slot_of.shape[0]
    shape = (slots.n_slots, n_cells)
    target = np.concatenate([i.target for i in inputs])
    rate_hz = np.concatenate([i.rate_hz for i in inputs])
    weight_pa = np.concatenate([i.weight_pa for i in inputs])
    receptor = np.concatenate([i.receptor for i in inputs])
    kept = np.flatnonzero((rate_hz > 0.0) & (weight_pa != 0.0))
    group = slots.slot_of[target, receptor].astype(np.int64) * n_cells + target
    kept = kept[np.lexsort((-rate_hz[kept], group[kept]))]
    group, rate_hz, weight_pa = group[kept], rate_hz[kept], weight_pa[kept]

    n_groups = slots.n_slots * n_cells
    total_hz = np.bincount(group, weights=rate_hz, minlength=n_groups)
    n_rows = np.bincount(group, minlength=n_groups)
    first = np.cumsum(n_rows) - n_rows
    running = np.cumsum(rate_hz)
    before = np.concatenate([[0.0], running])[first]
    cumulative = (running - before[group]) / total_hz[group]
    cumulative[(first + n_rows - 1)[n_rows > 0]] = (
        1.0  # whatever rounding did on the way
    )

    mean_events = np.asarray(total_hz * dt_ms * 1e-3, dtype=np.float64).reshape(shape)
    if mean_events.max(initial=0.0) > MAX_EVENTS_PER_STEP:
        slot, cell = np.unravel_index(np.argmax(mean_events), shape)
        raise InputError(
            f"cell {cell}: Poisson input of {mean_events[slot, cell]:.3g} events per "
            f"step of {dt_ms} ms; use a shorter dt_ms"
        )
    empty = kept.size == 0
    return PoissonStreams(
        mean_events=mean_events,
        first=first.reshape(shape),
        n_rows=n_rows.reshape(shape),
        cumulative=np.ones(1) if empty else cumulative,
        weight_pa=np.zeros(1) if empty else weight_pa,
    )
