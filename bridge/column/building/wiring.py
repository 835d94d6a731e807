"""The recurrent wiring rule: who connects, with what weight, delay, receptor.

Connection probability (Billeh et al. 2020, STAR Methods; horizontal distance
only): ``p = A exp(-(r / sigma)^2) (b + G dphi)`` with ``A`` such that the
average within 75 um is the listed value, clipped to 1. ``dphi`` is the
difference between the cells' orientations, 0..90 degrees; only excitatory pairs
depend on it, and where ``A b`` exceeds 1 the line is flattened, its area kept.

Weight of a connection: ``unitary weight x synapses x tuning factor``, with the
direction rules of the released point network. For excitatory pairs
``exp(-(dtheta / 30)^2) exp(-q^2 / 2) (5.5 / 4 - 11 / 1680 s)``: ``dtheta`` the
difference between preferred directions, 0..180 degrees, ``q`` the offset of the
receptive fields along the target's direction in degrees, ``s`` the target's
direction folded to 0..90 degrees. Otherwise ``exp(-(dtheta / w)^2)`` with ``w`` =
90 degrees, or 50 degrees between inhibitory cells.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.building.rounding import round_to_bits
from bridge.column.building.tables import (
    MAX_SYNAPSES,
    MIN_SYNAPSES,
    NORMALISATION_RADIUS_UM,
    RuleTable,
    cell_table,
    line_table,
    rule_table,
)
from bridge.column.edges import Edges
from bridge.column.populations import EXCITATORY, POPULATIONS

DEG_PER_UM = (0.07, 0.04)
"""Degrees of visual field per um of cortex: azimuth (x), elevation (z)."""

WEIGHT_BITS = 20
"""Mantissa bits kept of a weight: 5e-7 relative, far below what matters, and
coarse enough that differences between mathematics libraries do not show."""

_PAIRS_PER_BLOCK = 2_000_000


@dataclass(frozen=True)
class ConnectionRule:
    """Parameters of the connection probability, ``(17, 17)`` ``[target, source]``.

    Attributes
    ----------
    amplitude
        ``A``, the probability at distance 0 averaged over orientations.
    sigma_um
        Width of the Gaussian, um.
    intercept, slope_per_deg
        ``b`` and ``G`` of the orientation factor; 1 and 0 where there is none.
    """

    amplitude: FloatArray
    sigma_um: FloatArray
    intercept: FloatArray
    slope_per_deg: FloatArray


def connection_rule(table: RuleTable | None = None) -> ConnectionRule:
    """Return the parameters of the connection probability.

    Parameters
    ----------
    table
        Listed probabilities, widths and ratios; default: the published ones.
    """
    table = table or rule_table()
    x = (table.sigma_um / NORMALISATION_RADIUS_UM) ** 2
    amplitude = np.minimum(table.probability / (x * -np.expm1(-1.0 / x)), 1.0)
    at_0 = 2.0 / (1.0 + table.ratio_90)
    ceiling = np.divide(
        1.0, amplitude, out=np.full_like(x, np.inf), where=amplitude > 0
    )
    # The factor averages to 1 over orientations; lowering one end by the excess
    # and raising the other by as much keeps that.
    intercept = np.minimum(at_0, ceiling)
    at_90 = table.ratio_90 * at_0 + (at_0 - intercept)
    return ConnectionRule(
        amplitude, table.sigma_um, intercept, (at_90 - intercept) / 90.0
    )


def direction_difference(a_deg: FloatArray, b_deg: FloatArray) -> FloatArray:
    """Return the difference between directions, 0..180 degrees."""
    difference: FloatArray = 180.0 - np.abs(180.0 - np.abs(a_deg - b_deg) % 360.0)
    return difference


def fold_to_quadrant(angle_deg: FloatArray) -> FloatArray:
    """Return the angle to the nearest of 0 and 180 degrees, 0..90 degrees."""
    folded: FloatArray = 90.0 - np.abs(np.abs(180.0 - np.abs(angle_deg) % 360.0) - 90.0)
    return folded


def anisotropy_factor(target_angle_deg: FloatArray) -> FloatArray:
    """Return the excitatory weight's dependence on the target's direction.

    It makes up for the different magnification along azimuth and elevation:
    5.5 / 4 at 0 degrees and 5.5 / 7 at 90 degrees.
    """
    factor: FloatArray = 5.5 / 4.0 - 11.0 / 1680.0 * fold_to_quadrant(target_angle_deg)
    return factor


def tuning_width_deg(target: int, source: int) -> float:
    """Return the width of the direction rule between two populations."""
    if EXCITATORY[target] and EXCITATORY[source]:
        return 30.0
    return 90.0 if EXCITATORY[target] != EXCITATORY[source] else 50.0


def receptor_of(target: int, source: int) -> int:
    """Return the receptor port: 0 e2e, 1 i2e, 2 e2i, 3 i2i."""
    return (0 if EXCITATORY[target] else 2) + (0 if EXCITATORY[source] else 1)


def tuning_factor(
    target: int,
    source: int,
    target_angle_deg: FloatArray,
    source_angle_deg: FloatArray,
    dx_um: FloatArray,
    dz_um: FloatArray,
) -> FloatArray:
    """Return the factor of the direction rules on the weight of connections.

    Parameters
    ----------
    target, source
        Populations.
    target_angle_deg, source_angle_deg
        Preferred directions, degrees.
    dx_um, dz_um
        Target minus source position, um.
    """
    return direction_factor(
        tuning_width_deg(target, source),
        target_angle_deg,
        source_angle_deg,
        dx_um,
        dz_um,
        between_excitatory=bool(EXCITATORY[target] and EXCITATORY[source]),
    )


def direction_factor(
    width_deg: float | FloatArray,
    target_angle_deg: FloatArray,
    source_angle_deg: FloatArray,
    dx_um: FloatArray,
    dz_um: FloatArray,
    *,
    between_excitatory: bool,
) -> FloatArray:
    """Return the factor of a direction rule on the weight of connections.

    Parameters
    ----------
    width_deg
        Width of the rule, degrees.
    target_angle_deg, source_angle_deg
        Preferred directions, degrees.
    dx_um, dz_um
        Target minus source position, um.
    between_excitatory
        Whether position counts as well, as it does between excitatory cells.
    """
    difference = direction_difference(target_angle_deg, source_angle_deg)
    factor: FloatArray = np.exp(-((difference / width_deg) ** 2))
    if between_excitatory:
        theta = np.radians(target_angle_deg)
        q_deg = DEG_PER_UM[0] * dx_um * np.cos(theta)
        q_deg += DEG_PER_UM[1] * dz_um * np.sin(theta)
        factor = factor * np.exp(-0.5 * q_deg**2) * anisotropy_factor(target_angle_deg)
    return factor


def unitary_weight(
    target_model: NDArray[np.intp], source_line: NDArray[np.intp]
) -> FloatArray:
    """Return the weight of one synapse, pA.

    Parameters
    ----------
    target_model
        Row of the cell table.
    source_line
        Row of the line table.
    """
    cells = cell_table()
    base = line_table().unitary_weight_pa[cells.line[target_model], source_line]
    weight: FloatArray = cells.weight_scale[target_model] * base
    return weight


def draw_recurrent(
    population: NDArray[np.int8],
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    rng: np.random.Generator,
) -> Edges:
    """Draw the recurrent connections of a column.

    Parameters
    ----------
    population
        Population of each cell, ascending, ``(n_cells,)``.
    table_model
        Row of the cell table of each cell, ``(n_cells,)``.
    position_um, tuning_angle_deg
        Positions ``(n_cells, 3)`` and preferred directions ``(n_cells,)``.
    rng
        Source of random numbers.

    Returns
    -------
    Edges
        In the order of target, then source.

    Notes
    -----
    A draw depends on the last bit of a probability once in 1e16 pairs; weights
    are rounded to :data:`WEIGHT_BITS`. So the same seed gives the same column on
    machines whose mathematics libraries differ.
    """
    rule = connection_rule()
    bounds = np.searchsorted(population, np.arange(len(POPULATIONS) + 1))
    parts: list[tuple[NDArray[np.intp], NDArray[np.intp]]] = []
    for t in range(len(POPULATIONS)):
        for s in range(len(POPULATIONS)):
            if rule.amplitude[t, s] == 0.0:
                continue
            sources = np.arange(bounds[s], bounds[s + 1])
            step = max(1, _PAIRS_PER_BLOCK // max(sources.size, 1))
            for start in range(bounds[t], bounds[t + 1], step):
                targets = np.arange(start, min(start + step, bounds[t + 1]))
                parts.append(
                    _connected(
                        rule, t, s, targets, sources, position_um, tuning_angle_deg, rng
                    )
                )
    target = np.concatenate([part[0] for part in parts])
    source = np.concatenate([part[1] for part in parts])
    order = np.argsort(target * population.size + source, kind="stable")
    target, source = target[order], source[order]
    n_synapses = MIN_SYNAPSES + np.floor(
        rng.random(target.size) * (MAX_SYNAPSES - MIN_SYNAPSES + 1)
    ).astype(np.int16)
    return _weighted(
        target,
        source,
        n_synapses,
        population,
        table_model,
        position_um,
        tuning_angle_deg,
    )


def _connected(
    rule: ConnectionRule,
    t: int,
    s: int,
    targets: NDArray[np.intp],
    sources: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
    rng: np.random.Generator,
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    dx = position_um[targets, 0][:, None] - position_um[sources, 0]
    dz = position_um[targets, 2][:, None] - position_um[sources, 2]
    p = rule.amplitude[t, s] * np.exp(-(dx * dx + dz * dz) / rule.sigma_um[t, s] ** 2)
    if rule.slope_per_deg[t, s] != 0.0:
        dphi = fold_to_quadrant(
            tuning_angle_deg[targets][:, None] - tuning_angle_deg[sources]
        )
        p *= rule.intercept[t, s] + rule.slope_per_deg[t, s] * dphi
    draw = rng.random(p.shape)
    row, column = np.nonzero(draw < p)
    target, source = targets[row], sources[column]
    other = target != source
    return target[other], source[other]


def _weighted(
    target: NDArray[np.intp],
    source: NDArray[np.intp],
    n_synapses: NDArray[np.int16],
    population: NDArray[np.int8],
    table_model: NDArray[np.intp],
    position_um: FloatArray,
    tuning_angle_deg: FloatArray,
) -> Edges:
    line = cell_table().line[table_model]
    weight = unitary_weight(table_model[target], line[source]) * n_synapses
    delay = rule_table().delay_ms[population[target], population[source]]
    receptor = np.zeros(target.size, dtype=np.int8)
    target_is_e, source_is_e = (
        EXCITATORY[population[target]],
        EXCITATORY[population[source]],
    )
    for t_is_e in (True, False):
        for s_is_e in (True, False):
            edges = np.flatnonzero((target_is_e == t_is_e) & (source_is_e == s_is_e))
            if edges.size == 0:
                continue
            i, j = target[edges], source[edges]
            t, s = int(population[i[0]]), int(population[j[0]])
            receptor[edges] = receptor_of(t, s)
            weight[edges] *= tuning_factor(
                t,
                s,
                tuning_angle_deg[i],
                tuning_angle_deg[j],
                position_um[i, 0] - position_um[j, 0],
                position_um[i, 2] - position_um[j, 2],
            )
    return Edges(
        source=source.astype(np.int32),
        target=target.astype(np.int32),
        weight_pa=round_to_bits(weight, WEIGHT_BITS),
        delay_ms=delay,
        receptor=receptor,
        n_synapses=n_synapses,
    )
