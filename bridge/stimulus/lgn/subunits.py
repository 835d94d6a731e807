r"""From LGN cells to their linear subunits: jitter, kernels, subfields, gains.

A single cell has one subunit with gain 1 (ON) or -1 (OFF). The composite types
add two rectified subunits (Billeh et al. 2020, STAR Methods; FilterNet, Dai et
al. 2020): their kernels are delayed until they turn negative at a given time,
the ON subfield lies ``distance_deg`` away along the cell's axis, the ON gain is
1 and the OFF gain

.. math::

    g_\text{OFF} = -\left[f\,\frac{R_\text{OFF}}{R_\text{ON}}
        \frac{A_\text{ON}}{A_\text{OFF}}
        + \frac{s\,(R_\text{OFF} - R_\text{ON})}{R_\text{ON} A_\text{OFF}}\right]

with the largest rates :math:`R`, the areas :math:`A` of the kernels up to their
zero crossing, the spontaneous rate :math:`s` of both subunits and the factor
:math:`f` of the type.
"""

from dataclasses import dataclass

import numpy as np

from bridge.arrays import FloatArray, IntArray
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.lgn.filter_table import lgn_filter_table
from bridge.stimulus.lgn.kernel import raised_cosine_kernels, zero_crossing

SIZE_IN_SIGMAS = 3.0
"""Spatial size over the standard deviation of the Gaussian (Billeh et al. 2020)."""

MAX_JITTER = 0.05
"""Up to here the slowest bump (137 ms, support 4 times that) fits into its 600 ms."""

_DRAWS = 14
"""Random numbers per cell: 6 per subunit, the distance, a missing axis."""


@dataclass(frozen=True)
class LgnParameters:
    """Parameters of the subunits of LGN cells, arrays of ``(n_subunits,)``.

    The first subunits are those of the cells, in their order; the non-dominant
    subunits of the composite cells follow. Weights, peaks and delays are as fitted
    (with jitter), before the kernels of composite cells are delayed.

    Attributes
    ----------
    cell
        Row of the cell that the subunit belongs to.
    row
        Row of the filter table.
    weight, peak_ms, delay_ms
        Weights, peaks (ms) and delays (ms) of the bumps, ``(n_subunits, 2)``.
    axis_deg
        Direction from the centre of the cell to the subfield, degrees.
    distance_deg
        Its distance, degrees.
    """

    cell: IntArray
    row: IntArray
    weight: FloatArray
    peak_ms: FloatArray
    delay_ms: FloatArray
    axis_deg: FloatArray
    distance_deg: FloatArray


@dataclass(frozen=True)
class LgnSubunits:
    """Linear subunits of LGN cells, arrays of shape ``(n_subunits,)``.

    Attributes
    ----------
    cell
        Row of the cell that the subunit belongs to: every cell once, in order,
        then the composite cells once more.
    x_deg, y_deg
        Centre of the Gaussian, degrees.
    sigma_deg
        Its standard deviation, degrees.
    kernel
        Temporal kernel with its gain, Hz per unit contrast and millisecond,
        ``(n_subunits, n_lags)``.
    spontaneous_hz
        Rate added before rectification, Hz.
    """

    cell: IntArray
    x_deg: FloatArray
    y_deg: FloatArray
    sigma_deg: FloatArray
    kernel: FloatArray
    spontaneous_hz: FloatArray


def draw_lgn_parameters(lgn: LgnCells, *, jitter: float, seed: int) -> LgnParameters:
    """Look up the filters of LGN cells and vary them from cell to cell.

    Parameters
    ----------
    lgn
        The cells. Composite cells without an axis get a random one.
    jitter
        Weights, peaks, delays and the distance between subfields are multiplied
        by uniform numbers between ``1 - jitter`` and ``1 + jitter``; 0 for none.
    seed
        Seed of the jitter. The numbers of a cell depend on the seed and on its
        ``node_id`` only, so it has one filter in every selection of cells.

    Returns
    -------
    LgnParameters
        One subunit per cell, then the second ones of the composite cells.

    Raises
    ------
    InputError
        If a type is unknown, the jitter is not in [0, 0.05] (beyond, the second bump
        of a slow type would outlast the kernel), or the seed is negative.
    """
    if not 0.0 <= jitter <= MAX_JITTER:
        raise InputError(f"LGN filters: jitter {jitter} is not in [0, {MAX_JITTER}]")
    if seed < 0:
        raise InputError(f"LGN filters: seed {seed} is negative")
    table = lgn_filter_table()
    rows = {name: table.rows_of(name) for name in set(lgn.cell_type)}
    unknown = sorted(name for name, found in rows.items() if not found)
    if unknown:
        raise InputError(
            f"LGN filters: no type {unknown[0]!r}; the types are "
            f"{', '.join(dict.fromkeys(table.cell_type))}"
        )
    first = np.array([rows[name][0] for name in lgn.cell_type], dtype=np.int64)
    last = np.array([rows[name][-1] for name in lgn.cell_type], dtype=np.int64)
    composite = np.flatnonzero(last != first)
    cell = np.concatenate([np.arange(lgn.n_cells), composite])
    row = np.concatenate([first, last[composite]])

    drawn = np.array(
        [np.random.default_rng((seed, node)).random(_DRAWS) for node in lgn.node_id]
    )
    factor = 1.0 + jitter * (2.0 * drawn - 1.0)
    factors = np.concatenate([factor[:, :6], factor[composite, 6:12]])
    axis = np.where(
        np.isnan(lgn.tuning_angle_deg), 360.0 * drawn[:, 13], lgn.tuning_angle_deg
    )
    return LgnParameters(
        cell=cell,
        row=row,
        weight=table.weight[row] * factors[:, 0:2],
        peak_ms=table.peak_ms[row] * factors[:, 2:4],
        delay_ms=table.delay_ms[row] * factors[:, 4:6],
        axis_deg=axis[cell],
        distance_deg=table.distance_deg[row] * factor[cell, 12],
    )


def lgn_subunits(lgn: LgnCells, parameters: LgnParameters) -> LgnSubunits:
    """Build fields and kernels of the subunits of LGN cells.

    Parameters
    ----------
    lgn
        The cells.
    parameters
        Their parameters, of :func:`draw_lgn_parameters`.
    """
    table = lgn_filter_table()
    cell, row = parameters.cell, parameters.row
    second = np.arange(lgn.n_cells, cell.size)
    delay_ms, gain = parameters.delay_ms.copy(), table.polarity[row].copy()
    if second.size:
        pairs = np.stack([cell[second], second], axis=1)
        delay_ms[pairs], gain[pairs[:, 0]] = _match_pairs(parameters, pairs)
    kernel = raised_cosine_kernels(parameters.weight, parameters.peak_ms, delay_ms)
    n_lags = int(np.flatnonzero(kernel.any(axis=0))[-1]) + 1
    axis_rad = np.radians(parameters.axis_deg)
    return LgnSubunits(
        cell=cell,
        x_deg=lgn.x_deg[cell] + parameters.distance_deg * np.cos(axis_rad),
        y_deg=lgn.y_deg[cell] + parameters.distance_deg * np.sin(axis_rad),
        sigma_deg=lgn.size_deg[cell] / SIZE_IN_SIGMAS,
        kernel=gain[:, None] * kernel[:, :n_lags],
        spontaneous_hz=table.spontaneous_hz[row],
    )


def _match_pairs(
    parameters: LgnParameters, pairs: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Return delays and OFF gains of (dominant OFF, non-dominant ON) pairs.

    Delays have shape ``(n_pairs, 2, 2)``: pair, subunit, bump.
    """
    table = lgn_filter_table()
    own = pairs.ravel()
    delay_ms = parameters.delay_ms[own]
    kernels = raised_cosine_kernels(
        parameters.weight[own], parameters.peak_ms[own], delay_ms
    )
    crossing = zero_crossing(kernels)
    before = np.arange(kernels.shape[1]) < crossing[:, None]
    area_off, area_on = (kernels * before).sum(axis=1).reshape(pairs.shape).T
    later = table.zero_crossing_ms[parameters.row[own]] - crossing
    delay_ms = (delay_ms + later[:, None]).reshape(*pairs.shape, 2)

    off, on = parameters.row[pairs].T
    max_off, max_on = table.max_rate_hz[off], table.max_rate_hz[on]
    spontaneous = table.spontaneous_hz[off] + table.spontaneous_hz[on]
    gain = -(
        table.gain_factor[off] * (max_off / max_on) * (area_on / area_off)
        + spontaneous * (max_off - max_on) / (max_on * area_off)
    )
    return delay_ms, gain
