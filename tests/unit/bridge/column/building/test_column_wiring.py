"""The recurrent rule: probabilities, weights and what a drawn column shows."""

import math

import numpy as np
import pytest

from bridge.column.building.rounding import round_to_bits
from bridge.column.building.tables import (
    FULL_RADIUS_UM,
    RuleTable,
    line_table,
    population_table,
    rule_table,
)
from bridge.column.building.wiring import (
    anisotropy_factor,
    connection_rule,
    direction_difference,
    fold_to_quadrant,
    tuning_factor,
)
from bridge.column.column import Column
from bridge.column.connectivity import count_matrix
from bridge.column.populations import POPULATIONS

E23, E4, E5, PV4, SST4 = (
    POPULATIONS.index(name) for name in ("e23", "e4", "e5", "i4Pvalb", "i4Sst")
)


def _published_probability(
    listed: float, sigma: float, ratio: float, r: np.ndarray, dphi: np.ndarray
) -> np.ndarray:
    """The rule written out a second time, for pairs that need no flattening."""
    area = (sigma / 75.0) ** 2 * (1.0 - math.exp(-((75.0 / sigma) ** 2)))
    b = 2.0 / (1.0 + ratio)
    factor = b + (ratio * b - b) / 90.0 * dphi
    return min(listed / area, 1.0) * np.exp(-((r / sigma) ** 2)) * factor


def test_probability_within_75_um_is_the_listed_one() -> None:
    rule, table = connection_rule(), rule_table()
    r = (np.arange(20_000) + 0.5) * 75.0 / 20_000
    for t, s in zip(
        *np.nonzero((rule.amplitude > 0) & (rule.amplitude < 1)), strict=True
    ):
        p = rule.amplitude[t, s] * np.exp(-((r / rule.sigma_um[t, s]) ** 2))
        # Midpoint rule with 20,000 points: error below 1e-8.
        mean = (p * r).sum() / r.sum()
        assert mean == pytest.approx(table.probability[t, s], rel=1e-7)


def test_probabilities_stay_within_one_and_average_over_orientation() -> None:
    # A listed probability that the orientation factor would lift above 1.
    table = RuleTable(
        np.full((1, 1), 0.7),
        np.full((1, 1), 114.0),
        np.full((1, 1), 0.5),
        np.ones((1, 1)),
    )
    for rule in (connection_rule(), connection_rule(table)):
        at_90 = rule.intercept + 90.0 * rule.slope_per_deg
        assert (rule.amplitude * np.maximum(rule.intercept, at_90)).max() <= 1 + 1e-12
        np.testing.assert_allclose((rule.intercept + at_90) / 2, 1.0, rtol=1e-12)
    flattened = connection_rule(table)
    assert flattened.amplitude * flattened.intercept == pytest.approx(1.0)
    assert (
        0.5
        < (flattened.intercept + 90 * flattened.slope_per_deg) / (flattened.intercept)
        < 1.0
    )


@pytest.mark.parametrize(
    ("angle", "folded"), [(0, 0), (30, 30), (90, 90), (120, 60), (180, 0), (350, 10)]
)
def test_fold_to_quadrant(angle: float, folded: float) -> None:
    assert fold_to_quadrant(np.array([angle, -angle])) == pytest.approx([folded] * 2)


def test_direction_difference_wraps() -> None:
    a, b = np.array([10.0, 350.0, 90.0]), np.array([350.0, 10.0, 300.0])
    assert direction_difference(a, b) == pytest.approx([20.0, 20.0, 150.0])


def test_anisotropy_makes_up_for_magnification() -> None:
    # 70 degrees per mm of azimuth against 40 of elevation.
    ends = anisotropy_factor(np.array([0.0, 90.0]))
    assert ends[0] / ends[1] == pytest.approx(7 / 4)


def test_weight_rule_of_excitatory_pairs() -> None:
    # Target at 0 degrees, 20 um further along x: q = 0.07 * 20 = 1.4 degrees.
    zero, angle = np.zeros(1), np.array([30.0])
    factor = tuning_factor(E4, E23, zero, angle, np.array([20.0]), np.array([500.0]))
    assert factor == pytest.approx(math.exp(-1 - 1.4**2 / 2) * 5.5 / 4)
    # Target at 90 degrees: only the offset along z counts.
    factor = tuning_factor(
        E4, E23, np.array([90.0]), np.array([90.0]), np.array([500.0]), np.array([50.0])
    )
    assert factor == pytest.approx(math.exp(-(2.0**2) / 2) * 5.5 / 7)


@pytest.mark.parametrize(
    ("target", "source", "width"), [(PV4, E4, 90), (E4, PV4, 90), (PV4, SST4, 50)]
)
def test_weight_rule_of_other_pairs(target: int, source: int, width: float) -> None:
    angle = np.array([200.0])
    far = np.array([300.0])
    factor = tuning_factor(target, source, angle, np.array([20.0]), far, far)
    assert factor == pytest.approx(math.exp(-((180.0 / width) ** 2)))


def test_rounding_keeps_bits_and_sign() -> None:
    values = np.array([0.0, 1.0, -1.0, math.pi, -math.pi * 1e-300])
    rounded = round_to_bits(values, 24)
    np.testing.assert_array_equal(rounded[:3], values[:3])
    np.testing.assert_allclose(rounded, values, rtol=2.0**-24)
    np.testing.assert_array_equal(round_to_bits(values[:4], 24), np.float32(values[:4]))


def test_connections_follow_the_probabilities(column_3k: Column) -> None:
    """Each pair of populations against the sum of its pairs' probabilities."""
    counts, table = count_matrix(column_3k), rule_table()
    x, _, z = column_3k.position_um.T
    phi = column_3k.tuning_angle_deg
    scores = []
    for t, s in np.ndindex(counts.shape):
        i, j = column_3k.cells_of(POPULATIONS[t]), column_3k.cells_of(POPULATIONS[s])
        if table.probability[t, s] == 0.0:
            assert counts[t, s] == 0
            continue
        r = np.hypot(x[i][:, None] - x[j], z[i][:, None] - z[j])
        turn = np.abs(phi[i][:, None] - phi[j]) % 180.0
        p = _published_probability(
            table.probability[t, s],
            table.sigma_um[t, s],
            table.ratio_90[t, s],
            r,
            np.minimum(turn, 180.0 - turn),
        )
        p[i[:, None] == j] = 0.0
        scores.append((counts[t, s] - p.sum()) / math.sqrt((p * (1 - p)).sum()))
    z_scores = np.array(scores)
    assert z_scores.size == 186
    # Independent draws: 186 scores of unit variance. Beyond 4.5 lies one score in
    # 150,000; the mean square has a standard deviation of sqrt(2 / 186) = 0.10.
    assert np.abs(z_scores).max() < 4.5
    assert abs((z_scores**2).mean() - 1.0) < 0.4


@pytest.mark.parametrize(("name", "ratio"), [("e4", 0.5), ("e23", 0.5), ("e5", 0.8)])
def test_excitatory_pairs_prefer_their_own_orientation(
    column_3k: Column, name: str, ratio: float
) -> None:
    edges, cells = column_3k.recurrent, column_3k.cells_of(name)
    own = np.isin(edges.target, cells) & np.isin(edges.source, cells)
    phi = column_3k.tuning_angle_deg
    turn = np.abs(phi[edges.target[own]] - phi[edges.source[own]]) % 180.0
    dphi = np.minimum(turn, 180.0 - turn)
    # A line over 0..90 degrees with ends 2 / (1 + B) and B times that: its mean is
    # 30 (1 + 2 B) / (1 + B); dphi has a standard deviation of at most 26 degrees.
    mean = 30.0 * (1 + 2 * ratio) / (1 + ratio)
    error = 26.0 / np.sqrt(own.sum())
    assert abs(dphi.mean() - mean) < 4.5 * error
    assert abs(45.0 - mean) > 7 * error  # no preference would fail


def test_total_number_of_connections(column_3k: Column) -> None:
    # 0.424 million expected for uniform positions (Billeh et al.'s rule integrated
    # over a disk of 96.3 um). Random positions make it vary by 0.7 %: the expected
    # in-degree has a standard deviation of 20 % over cells, 3,000 of them, twice.
    assert column_3k.recurrent.n_edges == pytest.approx(424_000, rel=0.03)


def test_synapse_numbers_are_uniform(column_3k: Column) -> None:
    counts = np.bincount(column_3k.recurrent.n_synapses)
    assert counts[:3].sum() == 0
    assert counts.size == 8
    expected = column_3k.recurrent.n_edges / 5
    # Chi-square with 4 degrees of freedom: 25 lies at p = 5e-5.
    assert ((counts[3:] - expected) ** 2 / expected).sum() < 25.0


def test_weights_are_unitary_times_synapses_times_tuning(column_3k: Column) -> None:
    edges, lines = column_3k.recurrent, line_table()
    models = column_3k.cell_models
    pick = np.random.default_rng(0).choice(edges.n_edges, 500, replace=False)
    biggest = (487661754, 471819401)  # scale 1: the most numerous of a line
    checked = 0
    for e in pick:
        i, j = int(edges.target[e]), int(edges.source[e])
        t, s = (POPULATIONS[column_3k.population[k]] for k in (i, j))
        receptor = {"ee": 0, "ei": 1, "ie": 2, "ii": 3}[t[0] + s[0]]
        assert edges.receptor[e] == receptor
        assert (edges.weight_pa[e] >= 0) == (s[0] == "e")
        if int(models.node_type_id[column_3k.cell_model[i]]) not in biggest:
            continue
        checked += 1
        line_i, line_j = (
            lines.name.index(models.pop_name[column_3k.cell_model[k]]) for k in (i, j)
        )
        th_i, th_j = column_3k.tuning_angle_deg[[i, j]]
        turn = abs(th_i - th_j)
        turn = min(turn, 360.0 - turn)
        if s[0] == "e":
            dx, _, dz = column_3k.position_um[i] - column_3k.position_um[j]
            q = 0.07 * dx * math.cos(math.radians(th_i))
            q += 0.04 * dz * math.sin(math.radians(th_i))
            fold = min(th_i % 180.0, 180.0 - th_i % 180.0)
            f = math.exp(-((turn / 30) ** 2) - q * q / 2)
            f *= 5.5 / 4 - 11 / 1680 * fold
        else:
            f = math.exp(-((turn / 90) ** 2))
        weight = lines.unitary_weight_pa[line_i, line_j] * edges.n_synapses[e] * f
        # Weights keep 20 bits.
        assert edges.weight_pa[e] == pytest.approx(weight, rel=2.0**-20, abs=1e-300)
    assert checked > 50


def test_edges_are_sorted_and_have_no_self_or_double_connection(
    column_3k: Column,
) -> None:
    edges = column_3k.recurrent
    assert (edges.target != edges.source).all()
    key = edges.target.astype(np.int64) * column_3k.n_cells + edges.source
    assert (np.diff(key) > 0).all()


def test_delays_are_those_of_the_pair(column_3k: Column) -> None:
    edges, p = column_3k.recurrent, column_3k.population
    # Figures of the released edge types: e4 -> e4, e5 -> e23, Pvalb -> e4.
    for source, target, delay in ((E4, E4, 1.3), (E5, E23, 3.0), (PV4, E4, 0.9)):
        found = edges.delay_ms[
            (p[edges.target] == target) & (p[edges.source] == source)
        ]
        assert found.size > 0
        assert (found == delay).all()


def test_density_gives_the_released_number_of_connections() -> None:
    """The rule over the whole model against the released network's 70,139,111."""
    rule, count = connection_rule(), population_table().count
    rng = np.random.default_rng(0)
    n = 400_000
    radius = FULL_RADIUS_UM * np.sqrt(rng.random((2, n)))
    angle = 2 * np.pi * rng.random((2, n))
    x, z = radius * np.cos(angle), radius * np.sin(angle)
    square = (x[0] - x[1]) ** 2 + (z[0] - z[1]) ** 2
    total = 0.0
    for sigma in np.unique(rule.sigma_um[rule.amplitude > 0]):
        mean = np.exp(-square / sigma**2).mean()
        pairs = np.where(rule.sigma_um == sigma, rule.amplitude, 0.0)
        total += mean * (np.outer(count, count) * pairs).sum()
    # Monte Carlo with 400,000 pairs, of which 2 % lie within reach: 1 % (one
    # standard deviation).
    assert total == pytest.approx(70_139_111, rel=0.03)
