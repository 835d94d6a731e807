"""Which input channels a cell has, and where they lie in the stacked rows."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.edges import N_RECEPTORS, Edges
from bridge.reduction.parameters import RateParameters

WEIGHT_POWER = (1, 2)
"""Power of the weight in the mean and in the variance of the input."""


@dataclass(frozen=True)
class Channels:
    """Layout of the input: row ``(quantity n_slots + slot) n_cells + cell``.

    Quantity 0 is the mean (pA), quantity 1, where in use, the variance (mV^2).

    Attributes
    ----------
    n_cells, n_slots
        Cells, and slots per cell.
    has_variance
        Whether quantity 1 is there.
    slot
        Slot of each receptor, ``(n_cells, 4)``.
    tau_ms
        Time constant of the pole or poles of each slot, ms, ``(n_slots, n_cells)``.
    tau_syn_ms
        Time constant of the alpha currents that each slot carries, ms, same shape.
    """

    n_cells: int
    n_slots: int
    has_variance: bool
    slot: NDArray[np.intp]
    tau_ms: FloatArray
    tau_syn_ms: FloatArray

    @property
    def n_quantities(self) -> int:
        """1, or 2 with the variance."""
        return 2 if self.has_variance else 1

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.n_quantities * self.n_slots * self.n_cells

    @property
    def tau_rows_ms(self) -> FloatArray:
        """Time constant of every row, ms, ``(n_rows,)``."""
        return np.tile(self.tau_ms.ravel(), self.n_quantities)

    def row(
        self, cell: NDArray[np.integer], receptor: NDArray[np.integer], quantity: int
    ) -> NDArray[np.intp]:
        """Return the row of a receptor of a cell."""
        slot = quantity * self.n_slots + self.slot[cell, receptor]
        rows: NDArray[np.intp] = slot * self.n_cells + cell
        return rows


def merged_channels(parameters: RateParameters, has_variance: bool) -> Channels:
    """Return one slot per cell with the single pole ``tau_s_ms`` (plain form)."""
    n = parameters.n_cells
    slot = np.zeros((n, N_RECEPTORS), dtype=np.intp)
    tau_s = parameters.tau_s_ms[None]
    # a single pole of the mean delay 2 tau_syn stands for the alpha currents
    return Channels(n, 1, has_variance, slot, tau_s, tau_s / 2.0)


def receptor_channels(parameters: RateParameters, has_variance: bool) -> Channels:
    """Return one slot per receptor that a cell uses, with its ``tau_syn_ms``."""
    n = parameters.n_cells
    used = parameters.constant_current_pa != 0.0
    used |= parameters.constant_variance_mv2 != 0.0
    for edges in (parameters.recurrent, parameters.lgn_edges):
        used[edges.target, edges.receptor] = True
    slot = np.maximum(used.cumsum(axis=1) - 1, 0)
    n_slots = max(int(used.sum(axis=1).max()), 1)
    first = np.argmax(used, axis=1)
    tau = np.tile(parameters.tau_syn_ms[np.arange(n), first], (n_slots, 1))
    cell, receptor = np.nonzero(used)
    tau[slot[cell, receptor], cell] = parameters.tau_syn_ms[cell, receptor]
    return Channels(n, n_slots, has_variance, slot, tau, tau)


def edge_gains(edges: Edges, parameters: RateParameters, quantity: int) -> FloatArray:
    """Return what 1 Hz through each edge adds to a quantity, pA or mV^2.

    The mean is charge times rate; the variance is Campbell's sum (Papoulis
    1991, section 10-2).
    """
    return edges.weight_pa ** WEIGHT_POWER[quantity] * gain_per_weight(
        edges, parameters, quantity
    )


def gain_per_weight(
    edges: Edges, parameters: RateParameters, quantity: int
) -> FloatArray:
    """Return gain per weight to the :data:`WEIGHT_POWER`, ``(n_edges,)``."""
    per_hz = (parameters.current_per_hz, parameters.variance_per_hz)[quantity]
    return per_hz[edges.target, edges.receptor]
