"""Which part of a column's synaptic charge comes from where."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.column.responding_surround import events_per_spike
from bridge.reduction.moments.inputs import receptor_gains


@dataclass(frozen=True)
class SynapticCharge:
    """Charge per time onto all cells, excitatory and inhibitory added up, pA.

    Attributes
    ----------
    recurrent, surround, background, lgn
        Of the column's own connections, of the surround that stands for cells left
        out, of the background and of the LGN.
    """

    recurrent: float
    surround: float
    background: float
    lgn: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.recurrent + self.surround + self.background + self.lgn


def synaptic_charge(
    column: Column,
    rate_hz: FloatArray,
    lgn_rate_hz: FloatArray,
    surround_hz: FloatArray | None = None,
) -> SynapticCharge:
    """Return the charge that arrives at given rates.

    Parameters
    ----------
    column
        The column.
    rate_hz, lgn_rate_hz
        Mean rate of every cell, ``(n_cells,)``, and of every LGN cell, ``(n_lgn,)``,
        Hz.
    surround_hz
        Mean rates of the populations that the surround stands for, Hz, ``(17,)``;
        where not given, it is stationary.
    """
    gain, _ = receptor_gains(column)

    def charge(events: Edges | PoissonInput, event_hz: FloatArray) -> float:
        per_event = np.abs(events.weight_pa) * gain[events.target, events.receptor]
        return float((per_event * event_hz).sum())

    surround, surround_rate = column.surround, column.surround.rate_hz
    if surround_hz is not None:
        per_spike = events_per_spike(surround)
        surround_rate = per_spike * surround_hz[surround.source_population]
    return SynapticCharge(
        recurrent=charge(column.recurrent, rate_hz[column.recurrent.source]),
        surround=charge(surround, surround_rate),
        background=charge(column.background, column.background.rate_hz),
        lgn=charge(column.lgn_edges, lgn_rate_hz[column.lgn_edges.source]),
    )
