"""Mean and fluctuation of the synaptic input to every cell at given rates."""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.edges import N_RECEPTORS, Edges
from bridge.reduction.moments.kernels import alpha_current_per_hz, alpha_variance_per_hz


@dataclass(frozen=True)
class InputStatistics:
    """Input of every cell, arrays of shape ``(n_cells,)``.

    Attributes
    ----------
    mean_pa
        Mean current, pA.
    variance_mv2
        Variance of the free membrane potential, mV^2 (Campbell's theorem).
    """

    mean_pa: FloatArray
    variance_mv2: FloatArray


def receptor_gains(column: Column) -> tuple[FloatArray, FloatArray]:
    """Return mean current and membrane variance per Hz, both ``(n_cells, 4)``."""
    tau_syn = column.model_values("tau_syn_ms")
    c_m = column.model_values("c_m_pf")[:, None]
    tau_m = c_m / column.model_values("g_ns")[:, None]
    return alpha_current_per_hz(tau_syn), alpha_variance_per_hz(tau_syn, tau_m, c_m)


def edge_input(
    edges: Edges,
    rate_hz: FloatArray,
    current_per_hz: FloatArray,
    variance_per_hz: FloatArray,
) -> InputStatistics:
    """Return the input through ``edges`` from sources at ``rate_hz``.

    Parameters
    ----------
    edges
        Connections onto cells.
    rate_hz
        Rate of every source, Hz, ``(n_sources,)``.
    current_per_hz, variance_per_hz
        Gains of the receptors, ``(n_cells, 4)``.
    """
    n = current_per_hz.shape[0]
    rate = rate_hz[edges.source]
    gain = current_per_hz[edges.target, edges.receptor]
    spread = variance_per_hz[edges.target, edges.receptor]
    weight = edges.weight_pa
    mean = np.bincount(edges.target, weight * gain * rate, minlength=n)
    power = np.bincount(edges.target, weight**2 * spread * rate, minlength=n)
    return InputStatistics(mean.astype(np.float64), power.astype(np.float64))


def constant_input(
    column: Column, current_per_hz: FloatArray, variance_per_hz: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return the input of the background and the virtual surround.

    Returns
    -------
    tuple
        Mean current, pA, and membrane variance, mV^2, by receptor, both
        ``(n_cells, 4)``.
    """
    current = np.zeros((column.n_cells, N_RECEPTORS))
    variance = np.zeros((column.n_cells, N_RECEPTORS))
    for stream in (column.background, column.surround):
        gain = current_per_hz[stream.target, stream.receptor]
        spread = variance_per_hz[stream.target, stream.receptor]
        mean = stream.rate_hz * stream.weight_pa * gain
        np.add.at(current, (stream.target, stream.receptor), mean)
        power = stream.rate_hz * stream.weight_pa**2 * spread
        np.add.at(variance, (stream.target, stream.receptor), power)
    return current, variance
