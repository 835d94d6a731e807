"""The virtual surround: Poisson input in place of partners that were cut away.

A column is the middle of a model of radius 845 um. For each cell and source
population the partners that lie outside the column are replaced by one Poisson
stream onto the same receptor, with the mean and the variance of the input that
they would give if each fired as a Poisson process at the population's reference
rate.

Outside partners are averaged over, not drawn: they lie uniformly between the
column's radius and 845 um, their preferred directions are uniform, and each
connects by the rule of :mod:`bridge.column.building.wiring`. Because position and
direction are independent, the expected number K of missing connections and the expected
sums of their weights and squared weights factorise,

``K_k = density x A x [spatial integral]_k x <h f^k> x E[(unitary x synapses)^k]``

for k = 0, 1, 2, with ``h`` the orientation factor of the probability, ``f`` the
direction factor of the weight and a spatial integral of the Gaussian of distance,
for excitatory pairs times ``exp(-k q^2 / 2)`` (again a Gaussian, narrower along
the target's direction). The stream has weight ``K_2 / K_1`` and rate
``nu K_1^2 / K_2``. What is kept is the true integral over the column's disk, not
the sum over the cells that happen to lie in it: chance differences of density
inside are no loss that the cut caused.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from bridge.arrays import FloatArray
from bridge.column.building.rounding import round_to_bits
from bridge.column.building.tables import (
    FULL_RADIUS_UM,
    MAX_SYNAPSES,
    MIN_SYNAPSES,
    cell_table,
    line_table,
    population_table,
    rule_table,
)
from bridge.column.building.wiring import (
    DEG_PER_UM,
    anisotropy_factor,
    connection_rule,
    fold_to_quadrant,
    receptor_of,
    tuning_width_deg,
)
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import EXCITATORY, POPULATIONS

MIN_IN_DEGREE = 1e-6
"""Streams of fewer expected connections are left out: 1e-6 of one input."""

STREAM_BITS = 17
"""Mantissa bits kept of rates and weights (4e-6 relative; see rounding)."""

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(64)


def missing_in_degree(
    population: NDArray[np.int8], position_um: FloatArray, radius_um: float
) -> FloatArray:
    """Return the expected number of partners outside the column.

    Parameters
    ----------
    population
        Population of each cell, ``(n_cells,)``.
    position_um
        Positions, ``(n_cells, 3)``, um.
    radius_um
        Radius of the column, um.

    Returns
    -------
    FloatArray
        ``(n_cells, 17)`` by source population.
    """
    return kept_in_degree(population, position_um, FULL_RADIUS_UM) - kept_in_degree(
        population, position_um, radius_um
    )


def kept_in_degree(
    population: NDArray[np.int8], position_um: FloatArray, radius_um: float
) -> FloatArray:
    """Return the expected number of partners inside the column, ``(n_cells, 17)``.

    Parameters are those of :func:`missing_in_degree`.
    """
    rule = connection_rule()
    result = np.zeros((population.size, len(POPULATIONS)))
    for sigma in np.unique(rule.sigma_um[rule.amplitude > 0.0]):
        integral = gaussian_over_disk(position_um, radius_um, sigma)
        pairs = np.where(rule.sigma_um == sigma, rule.amplitude, 0.0) * _density()
        result += pairs[population] * integral[:, None]
    return result


def build_surround(
    population: NDArray[np.int8],
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    radius_um: float,
) -> PoissonInput:
    """Return the streams that replace the partners outside the column.

    Parameters
    ----------
    population, table_model
        Population and row of the cell table of each cell, ``(n_cells,)``.
    position_um, tuning_angle_deg
        Positions ``(n_cells, 3)`` and preferred directions ``(n_cells,)``.
    radius_um
        Radius of the column, um.

    Returns
    -------
    PoissonInput
        In the order of target, then source population.
    """
    count, first, second = (
        _outside_moment(
            order, population, table_model, position_um, tuning_angle_deg, radius_um
        )
        for order in (0, 1, 2)
    )
    target, source = np.nonzero(count > MIN_IN_DEGREE)
    sum_1, sum_2 = first[target, source], second[target, source]
    rate = population_table().reference_rate_hz[source] * sum_1**2 / sum_2
    receptor = np.array(
        [[receptor_of(t, s) for s in range(len(POPULATIONS))] for t in range(17)]
    )
    return PoissonInput(
        target=target.astype(np.int32),
        rate_hz=round_to_bits(rate, STREAM_BITS),
        weight_pa=round_to_bits(sum_2 / sum_1, STREAM_BITS),
        delay_ms=rule_table().delay_ms[population[target], source],
        receptor=receptor[population[target], source].astype(np.int8),
        source_population=source.astype(np.int8),
    )


def _density() -> FloatArray:
    density: FloatArray = population_table().count / (np.pi * FULL_RADIUS_UM**2)
    return density


def _outside_moment(
    order: int,
    population: NDArray[np.int8],
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    radius_um: float,
) -> FloatArray:
    """Return the expected sum of weight^order over missing partners."""
    result = missing_in_degree(population, position_um, radius_um)
    if order == 0:
        return result
    excitatory = EXCITATORY[population]
    position, angle = position_um[excitatory], tuning_angle_deg[excitatory]
    rule = connection_rule()
    e_pairs = EXCITATORY[:, None] & EXCITATORY & (rule.amplitude > 0.0)
    for sigma in np.unique(rule.sigma_um[e_pairs]):
        integral = gaussian_over_disk(
            position, FULL_RADIUS_UM, sigma, order, angle
        ) - gaussian_over_disk(position, radius_um, sigma, order, angle)
        integral *= anisotropy_factor(angle) ** order
        same = EXCITATORY & (rule.sigma_um == sigma)
        pairs = np.where(same, rule.amplitude, 0.0) * _density()
        block = pairs[population[excitatory]] * integral[:, None]
        rows, columns = np.ix_(excitatory, EXCITATORY)
        keep = same[population[excitatory]][:, EXCITATORY]
        result[rows, columns] = np.where(
            keep, block[:, EXCITATORY], result[rows, columns]
        )
    result *= direction_moment(order)[population]
    return result * _unitary_moment(order)[table_model]


def direction_moment(order: int) -> FloatArray:
    """Return the mean of ``h f^order`` over the source's preferred direction.

    Parameters
    ----------
    order
        Power of the direction factor, 0, 1 or 2.

    Returns
    -------
    FloatArray
        ``(17, 17)`` ``[target, source]``; ``h`` is the orientation factor of the
        probability, ``f`` that part of the weight's which depends on the
        difference between directions.
    """
    nodes = 45.0 * (_NODES + 1.0)
    difference = np.concatenate([nodes, 90.0 + nodes])
    weight = np.tile(_NODE_WEIGHTS, 2) / 4.0
    rule = connection_rule()
    moment = np.zeros_like(rule.amplitude)
    folded = fold_to_quadrant(difference)
    for t in range(len(POPULATIONS)):
        for s in range(len(POPULATIONS)):
            h = rule.intercept[t, s] + rule.slope_per_deg[t, s] * folded
            ratio = difference / tuning_width_deg(t, s)
            moment[t, s] = (weight * h * np.exp(-order * ratio**2)).sum()
    return moment


def _unitary_moment(order: int) -> FloatArray:
    """Return E[(unitary weight x synapses)^order], ``(n_models, 17)``."""
    cells, lines = cell_table(), line_table()
    share = np.zeros((len(lines.name), len(POPULATIONS)))
    share[np.arange(len(lines.name)), lines.population] = (
        lines.count / population_table().count[lines.population]
    )
    unitary = cells.weight_scale[:, None] * lines.unitary_weight_pa[cells.line]
    synapses = np.arange(MIN_SYNAPSES, MAX_SYNAPSES + 1.0)
    moment: FloatArray = (unitary**order) @ share * (synapses**order).mean()
    return moment


def gaussian_over_disk(
    position_um: FloatArray,
    radius_um: float,
    sigma_um: float,
    order: int = 0,
    angle_deg: FloatArray | None = None,
) -> FloatArray:
    """Integrate ``exp(-(d / sigma)^2 - order q^2 / 2)`` over a disk.

    ``d`` is the distance from a cell, ``q`` the offset of the receptive fields
    along the cell's preferred direction in degrees of visual field. The disk is
    centred on the axis of the column.

    Parameters
    ----------
    position_um
        Positions of the cells, ``(n, 3)``, um.
    radius_um
        Radius of the disk, um.
    sigma_um
        Width of the connection probability, um.
    order
        Power of the factor ``exp(-q^2 / 2)``; 0 leaves it out.
    angle_deg
        Preferred directions, ``(n,)``; needed if ``order`` is not 0.

    Returns
    -------
    FloatArray
        Integrals, um^2, ``(n,)``.

    Notes
    -----
    In axes along and across the gradient of ``q`` the integrand is a product of
    Gaussians: across the chord it integrates to error functions, along it to 64
    Gauss-Legendre nodes over the part of the disk within 6 widths.
    """
    x, z = position_um[:, 0], position_um[:, 2]
    theta = np.radians(np.zeros_like(x) if angle_deg is None else angle_deg)
    gx, gz = DEG_PER_UM[0] * np.cos(theta), DEG_PER_UM[1] * np.sin(theta)
    gradient = np.hypot(gx, gz)
    along = (x * gx + z * gz) / gradient
    across = (z * gx - x * gz) / gradient
    decay = 1.0 / sigma_um**2 + order * gradient**2 / 2.0
    reach = 6.0 / np.sqrt(decay)
    low = np.arcsin(np.clip((along - reach) / radius_um, -1.0, 1.0))
    high = np.arcsin(np.clip((along + reach) / radius_um, -1.0, 1.0))
    t = (low + high)[:, None] / 2.0 + (high - low)[:, None] / 2.0 * _NODES
    half_chord = radius_um * np.cos(t)
    offset = radius_um * np.sin(t) - along[:, None]
    chord = erf((half_chord - across[:, None]) / sigma_um) + erf(
        (half_chord + across[:, None]) / sigma_um
    )
    integrand = np.exp(-decay[:, None] * offset**2) * chord * half_chord
    total = (integrand * _NODE_WEIGHTS).sum(axis=1) * (high - low) / 2.0
    integral: FloatArray = total * sigma_um * np.sqrt(np.pi) / 2.0
    return integral
