"""Rates of cells against mean and fluctuation of their input, from three sources."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.building.tables import population_table
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.reduction.moments.adaptation import mean_feedback_pa_per_hz
from bridge.reduction.transfer.theory import (
    noise_free_rate_hz,
    self_consistent_rate_hz,
    siegert_rate_hz,
)
from bridge.reduction.transfer.working_point import (
    WorkingPoint,
    probe_currents_pa,
    working_point,
)

LGN_LEVELS_HZ = (2.0, 4.0, 8.0, 12.0, 18.0, 26.0, 40.0)
"""Stationary rates of all LGN cells at which transfer functions are measured:
from below the spontaneous rate to what tasks reach, some 40 Hz in e4."""

REFERENCE_LGN_HZ = 8.0
"""The level nearest to this rate is the working point."""

SOURCE_SCALES = (0.1, 0.4, 1.0, 2.0, 4.0, 8.0)
"""Factors on the reference rates for transfer functions from theory."""


@dataclass(frozen=True)
class TransferData:
    """Points of every cell's transfer function.

    Attributes
    ----------
    mean_pa, sigma_mv, rate_hz
        Mean input without after-spike currents (pA), membrane fluctuation by
        Campbell's theorem (mV) and rate (Hz), ``(n_cells, n_points)``.
    reference
        The working point.
    reference_rate_hz
        Rates of the cells there, Hz, ``(n_cells,)``.
    duration_s
        Time over which each rate was counted, s.
    """

    mean_pa: FloatArray
    sigma_mv: FloatArray
    rate_hz: FloatArray
    reference: WorkingPoint
    reference_rate_hz: FloatArray
    duration_s: float


def measured_data(
    column: Column,
    *,
    lgn_levels_hz: Sequence[float],
    network_rate_hz: FloatArray,
    dc_pa: FloatArray,
    rate_hz: FloatArray,
    duration_s: float,
) -> TransferData:
    """Arrange rates measured under the network's own noise.

    Parameters
    ----------
    column
        The column.
    lgn_levels_hz
        Rate of all LGN cells at each level, Hz.
    network_rate_hz
        Rates in the network, ``(n_levels, n_cells)``.
    dc_pa, rate_hz
        Added currents and rates found, ``(n_levels, n_currents, n_cells)``.
    duration_s
        Time the rates were counted over, s.

    Raises
    ------
    InputError
        If the shapes do not belong together.
    """
    if rate_hz.shape != dc_pa.shape or len(lgn_levels_hz) != len(network_rate_hz):
        raise InputError("transfer data: levels, currents and rates do not match")
    mean, sigma, rate = [], [], []
    points = [
        working_point(column, cells, np.full(column.lgn.n_cells, level))
        for level, cells in zip(lgn_levels_hz, network_rate_hz, strict=True)
    ]
    for k, point in enumerate(points):
        for dc, found in [
            (0.0, network_rate_hz[k]),
            *zip(dc_pa[k], rate_hz[k], strict=True),
        ]:
            mean.append(point.mean_pa() + dc)
            sigma.append(point.sigma_mv())
            rate.append(found)
    distance = np.abs(np.asarray(lgn_levels_hz) - REFERENCE_LGN_HZ)
    reference = int(np.argmin(distance))
    return TransferData(
        np.stack(mean, axis=1),
        np.stack(sigma, axis=1),
        np.stack(rate, axis=1),
        points[reference],
        network_rate_hz[reference],
        duration_s,
    )


def theoretical_data(
    column: Column, method: Literal["siegert", "noise_free"]
) -> TransferData:
    """Compute rates from theory, at the published rates of the populations.

    Every source fires at its population's reference rate (the one the virtual
    surround uses), LGN cells at 8 Hz, times each of :data:`SOURCE_SCALES`. All
    after-spike currents enter as their mean.

    Parameters
    ----------
    column
        The column.
    method
        ``"siegert"`` (white noise with the shift for synaptic filtering) or
        ``"noise_free"``.
    """
    rates = np.asarray(population_table().reference_rate_hz)[column.population]
    lgn = np.full(column.lgn.n_cells, REFERENCE_LGN_HZ)
    point = working_point(column, rates, lgn)
    feedback = mean_feedback_pa_per_hz(
        column.model_values("asc_amps_pa"), column.model_values("asc_decay_per_ms")
    )
    leak = point.leak_ns[:, None]
    rest = column.model_values("e_l_mv")
    cell = {
        "v_th_mv": (column.model_values("v_th_mv") - rest)[:, None],
        "v_reset_mv": (column.model_values("v_reset_mv") - rest)[:, None],
        "tau_m_ms": column.model_values("c_m_pf")[:, None] / leak,
        "t_ref_ms": column.model_values("t_ref_ms")[:, None],
    }
    tau_syn = column.model_values("tau_syn_ms").mean(axis=1)[:, None]
    # Siegert's sigma is that of white noise of the same charge, which the shift
    # for synaptic filtering starts from; Campbell's holds the filter already
    tau_m = cell["tau_m_ms"]
    whiten = (tau_syn + tau_m) * np.sqrt(2.0 / (tau_m * (tau_syn + 2.0 * tau_m)))
    currents = np.vstack([np.zeros(column.n_cells), probe_currents_pa(point)])
    mean = np.concatenate([point.mean_pa(s) + currents for s in SOURCE_SCALES]).T
    sigma = np.repeat(
        np.stack([point.sigma_mv(s) for s in SOURCE_SCALES], axis=1),
        len(currents),
        axis=1,
    )

    def curve(current: FloatArray) -> FloatArray:
        if method == "noise_free":
            return noise_free_rate_hz(current / leak, **cell)
        return siegert_rate_hz(
            current / leak, whiten * sigma, tau_syn_ms=tau_syn, **cell
        )

    rate = self_consistent_rate_hz(
        curve, mean, feedback[:, None], max_rate_hz=1000.0 / cell["t_ref_ms"]
    )
    return TransferData(mean, sigma, rate, point, rates, duration_s=100.0)
