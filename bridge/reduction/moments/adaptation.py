"""The slow after-spike current as a state of the rate model."""

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column

DYNAMIC_BELOW_PER_MS = 0.05
"""After-spike currents that decay more slowly (over more than 20 ms) outlast the
spike that made them and act as a mean current; faster ones are locked to the
cell's own spike and stay inside the measured transfer function."""


def slow_after_spike_currents(column: Column) -> tuple[FloatArray, FloatArray]:
    """Return amplitude (pA) and decay rate (1/ms) of each cell's slow components.

    Both have shape ``(n_cells, 2)``; the amplitude of a fast component is 0.
    """
    rate = column.model_values("asc_decay_per_ms")
    amplitude = column.model_values("asc_amps_pa")
    return np.where(rate < DYNAMIC_BELOW_PER_MS, amplitude, 0.0), rate


def mean_feedback_pa_per_hz(
    amplitude_pa: FloatArray, rate_per_ms: FloatArray
) -> FloatArray:
    r"""Return the mean current per rate, :math:`\sum_j a_j / (1000\,k_j)`, pA/Hz.

    The stationary solution of :math:`\dot A_j = -k_j A_j + a_j r` with r in 1/ms
    (the mean of ``glif_psc``'s after-spike current; its decay is postponed by the
    refractory period and made up at the spike, which leaves the mean).
    """
    return np.asarray((amplitude_pa / rate_per_ms).sum(axis=1) / 1000.0)
