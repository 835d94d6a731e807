"""Where cells work: mean and fluctuation of their input while the network runs."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.reduction.moments.inputs import constant_input, edge_input, receptor_gains


@dataclass(frozen=True)
class WorkingPoint:
    """Input of every cell while the network runs, arrays ``(n_cells,)``.

    Attributes
    ----------
    constant_mean_pa, constant_variance_mv2
        Background and surround: mean (pA) and membrane variance (mV^2).
    source_mean_pa, source_variance_mv2
        Recurrent and LGN input at the working rates: the same two moments.
    rheobase_pa
        Constant current that just reaches threshold, pA.
    leak_ns
        Leak conductance, nS: turns a voltage into the current that holds it.
    """

    constant_mean_pa: FloatArray
    constant_variance_mv2: FloatArray
    source_mean_pa: FloatArray
    source_variance_mv2: FloatArray
    rheobase_pa: FloatArray
    leak_ns: FloatArray

    def mean_pa(self, scale: float = 1.0) -> FloatArray:
        """Return the mean input with all sources at ``scale`` times their rate."""
        return self.constant_mean_pa + scale * self.source_mean_pa

    def sigma_mv(self, scale: float = 1.0) -> FloatArray:
        """Return the membrane fluctuation at ``scale``; at least 0.05 mV."""
        variance = self.constant_variance_mv2 + scale * self.source_variance_mv2
        return np.asarray(np.sqrt(np.maximum(variance, 0.05**2)))

    @property
    def scale_pa(self) -> FloatArray:
        """Current that shifts the membrane by its own fluctuation, pA."""
        scale: FloatArray = self.leak_ns * self.sigma_mv()
        return scale


def working_point(
    column: Column, rate_hz: FloatArray, lgn_rate_hz: FloatArray
) -> WorkingPoint:
    """Return the working point of every cell at given source rates.

    Parameters
    ----------
    column
        The column.
    rate_hz, lgn_rate_hz
        Mean rate of every cell, ``(n_cells,)``, and LGN cell, ``(n_lgn,)``, Hz.
    """
    current, variance = receptor_gains(column)
    constant_mean, constant_variance = constant_input(column, current, variance)
    inner = edge_input(column.recurrent, rate_hz, current, variance)
    outer = edge_input(column.lgn_edges, lgn_rate_hz, current, variance)
    leak = column.model_values("g_ns")
    drop = column.model_values("v_th_mv") - column.model_values("e_l_mv")
    return WorkingPoint(
        constant_mean_pa=constant_mean.sum(axis=1),
        constant_variance_mv2=constant_variance.sum(axis=1),
        source_mean_pa=inner.mean_pa + outer.mean_pa,
        source_variance_mv2=inner.variance_mv2 + outer.variance_mv2,
        rheobase_pa=leak * drop,
        leak_ns=leak,
    )


AROUND_MEAN = (-1.0, -0.5, 0.5, 1.0, 2.0)
AROUND_RHEOBASE = (-0.5, 1.0)
"""Distances of the probes, in fluctuation-equivalent currents."""


def probe_currents_pa(point: WorkingPoint) -> FloatArray:
    """Return constant currents that show a cell's transfer function.

    Beside the working point itself they reach from one fluctuation below it to
    two above, and around the rheobase, where a silent cell would start to fire.

    Returns
    -------
    ndarray
        Currents, pA, ``(n_currents, n_cells)``.
    """
    to_rheobase = point.rheobase_pa - point.mean_pa()
    return np.stack(
        [step * point.scale_pa for step in AROUND_MEAN]
        + [to_rheobase + step * point.scale_pa for step in AROUND_RHEOBASE]
    )
