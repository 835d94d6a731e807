"""The virtual surround against brute force and conservation."""

import numpy as np
import pytest
from scipy import integrate, stats

from bridge.column.building.build import build_column
from bridge.column.building.surround import (
    build_surround,
    direction_moment,
    gaussian_over_disk,
    kept_in_degree,
    missing_in_degree,
)
from bridge.column.building.tables import (
    FULL_RADIUS_UM,
    cell_table,
    line_table,
    population_table,
)
from bridge.column.building.wiring import (
    connection_rule,
    fold_to_quadrant,
    tuning_factor,
    unitary_weight,
)
from bridge.column.column import Column
from bridge.column.connectivity import count_matrix
from bridge.column.populations import POPULATIONS

RADIUS_3K = FULL_RADIUS_UM * np.sqrt(3000 / 230_924)


@pytest.mark.parametrize("radius", [60.0, 96.3, 400.0, 845.0])
@pytest.mark.parametrize("sigma", [85.0, 120.0])
def test_isotropic_integral_is_a_noncentral_chi_square(
    radius: float, sigma: float
) -> None:
    r = np.linspace(0.0, radius, 9)
    position = np.stack([r * 0.6, np.zeros(9), -r * 0.8], axis=1)
    exact = (
        np.pi
        * sigma**2
        * stats.ncx2.cdf(2 * radius**2 / sigma**2, 2, 2 * r**2 / sigma**2)
    )
    found = gaussian_over_disk(position, radius, sigma)
    # Gauss-Legendre on a smooth integrand; the 6-width window leaves out 1e-16.
    np.testing.assert_allclose(found, exact, rtol=1e-9)


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize(
    ("x", "z", "angle", "radius"),
    [
        (0.0, 0.0, 0.0, 96.3),
        (50.0, -70.0, 37.0, 96.3),
        (-95.0, 0.0, 180.0, 96.3),
        (90.0, 10.0, 95.0, 300.0),
    ],
)
def test_phase_weighted_integral_matches_brute_force(
    order: int, x: float, z: float, angle: float, radius: float
) -> None:
    theta, sigma = np.radians(angle), 114.0

    def integrand(phi: float, r: float) -> float:
        dx, dz = x - r * np.cos(phi), z - r * np.sin(phi)
        q = 0.07 * dx * np.cos(theta) + 0.04 * dz * np.sin(theta)
        return r * np.exp(-(dx**2 + dz**2) / sigma**2 - order * q**2 / 2)

    # The integrand is periodic and narrow in phi: equal steps are exact enough.
    r = (np.arange(2000) + 0.5) * radius / 2000
    phi = 2 * np.pi * np.arange(2000) / 2000
    brute = integrand(phi[:, None], r).sum() * (radius / 2000) * (2 * np.pi / 2000)
    found = gaussian_over_disk(
        np.array([[x, 0.0, z]]), radius, sigma, order, np.array([angle])
    )
    # Midpoint rule in r with 0.05-0.15 um steps against widths above 10 um.
    assert found[0] == pytest.approx(brute, rel=2e-5)


def test_kept_plus_missing_is_the_whole_models_expectation() -> None:
    population = np.arange(17, dtype=np.int8)
    centre = np.zeros((17, 3))
    rule = connection_rule()
    density = population_table().count / (np.pi * FULL_RADIUS_UM**2)
    whole = density * rule.amplitude * np.pi * rule.sigma_um**2
    for radius in (10.0, 96.3, 400.0):
        kept = kept_in_degree(population, centre, radius)
        missing = missing_in_degree(population, centre, radius)
        assert (kept >= 0).all()
        assert (missing >= -1e-9).all()
        # From the centre the model's edge is seven widths away: exp(-49).
        np.testing.assert_allclose(kept + missing, whole, rtol=1e-9)


def test_mean_in_degree_of_the_whole_model() -> None:
    # 70,139,111 connections of 230,924 cells in the released network: 303.7. The
    # average over the disk by an equal-area rule of 2,000 radii (error below 0.1 %);
    # the released network is one draw of a rule that expects 0.2 % more.
    r = FULL_RADIUS_UM * np.sqrt((np.arange(2000) + 0.5) / 2000)
    position = np.stack([r, np.zeros(2000), np.zeros(2000)], axis=1)
    total = 0.0
    for p, count in enumerate(population_table().count):
        population = np.full(2000, p, dtype=np.int8)
        mean = kept_in_degree(population, position, FULL_RADIUS_UM).sum(axis=1).mean()
        total += mean * count
    assert total == pytest.approx(70_139_111, rel=0.005)


def test_kept_expectation_matches_the_drawn_column(column_3k: Column) -> None:
    kept = kept_in_degree(column_3k.population, column_3k.position_um, RADIUS_3K)
    drawn = count_matrix(column_3k).sum()
    # As for the total number of connections: 0.7 % (one standard deviation).
    assert kept.sum() == pytest.approx(drawn, rel=0.03)


def test_missing_in_degree_grows_towards_the_edge(column_3k: Column) -> None:
    missing = missing_in_degree(column_3k.population, column_3k.position_um, RADIUS_3K)
    r = np.hypot(*column_3k.position_um.T[[0, 2]])
    e4 = column_3k.cells_of("e4")
    order = e4[np.argsort(r[e4])]
    assert (np.diff(missing[order].sum(axis=1)) >= -1e-6).all()


@pytest.mark.parametrize("population", ["e23", "e4", "e5", "e6", "i23Pvalb", "i4Sst"])
def test_streams_have_mean_and_variance_of_the_missing_partners(
    column_3k: Column, population: str
) -> None:
    """Draw the surround itself: partners, their connection and their weights."""
    rng = np.random.default_rng(7)
    n, outer = 400_000, 560.0  # beyond 460 um from the cell: exp(-16) of the peak
    r = np.sqrt(RADIUS_3K**2 + (outer**2 - RADIUS_3K**2) * rng.random(n))
    azimuth = 2 * np.pi * rng.random(n)
    x, z, phi = r * np.cos(azimuth), r * np.sin(azimuth), 360 * rng.random(n)
    area = np.pi * (outer**2 - RADIUS_3K**2)
    table, lines, rule = population_table(), line_table(), connection_rule()
    streams = column_3k.surround
    cell = int(column_3k.cells_of(population)[5])
    node_type = column_3k.model_values("node_type_id")[cell]
    model = np.flatnonzero(cell_table().node_type_id == node_type)
    t = int(column_3k.population[cell])
    dx, dz = column_3k.position_um[cell, 0] - x, column_3k.position_um[cell, 2] - z
    angle = np.full(n, column_3k.tuning_angle_deg[cell])
    checked = 0
    for s in np.flatnonzero(rule.amplitude[t] > 0):
        p = rule.amplitude[t, s] * np.exp(-(dx**2 + dz**2) / rule.sigma_um[t, s] ** 2)
        p *= rule.intercept[t, s] + rule.slope_per_deg[t, s] * fold_to_quadrant(
            phi - angle
        )
        f = tuning_factor(t, int(s), angle, phi, dx, dz)
        members = np.flatnonzero(lines.population == s)
        line = rng.choice(
            members, n, p=lines.count[members] / lines.count[members].sum()
        )
        weight = unitary_weight(np.repeat(model, n), line) * rng.integers(3, 8, n) * f
        per_draw = table.count[s] / (np.pi * FULL_RADIUS_UM**2) * area
        per_draw *= table.reference_rate_hz[s]
        row = (streams.target == cell) & (streams.source_population == s)
        assert row.sum() == 1
        rate, stream_weight = streams.rate_hz[row][0], streams.weight_pa[row][0]
        for moment in (1, 2):
            sample = per_draw * p * weight**moment
            error = sample.std() / np.sqrt(n)
            # 4.5 standard errors: one in 150,000 of some 130 comparisons.
            assert abs(rate * stream_weight**moment - sample.mean()) < 4.5 * error
        checked += 1
    assert checked == (streams.target == cell).sum()


def test_direction_moments() -> None:
    moment = direction_moment(0)
    np.testing.assert_allclose(moment, 1.0, rtol=1e-12)
    t, s = POPULATIONS.index("i4Pvalb"), POPULATIONS.index("e4")
    # Mean of exp(-(d / 90)^2) over 0..180 degrees: sqrt(pi) erf(2) / 4.
    exact, _ = integrate.quad(lambda d: np.exp(-((d / 90) ** 2)) / 180, 0, 180)
    assert direction_moment(1)[t, s] == pytest.approx(exact, rel=1e-10)
    e4 = POPULATIONS.index("e4")
    exact, _ = integrate.quad(
        lambda d: (
            (4 / 3 - (2 / 3) * min(d, 180 - d) / 90) * np.exp(-2 * (d / 30) ** 2) / 180
        ),
        0,
        180,
        points=[90],
    )
    assert direction_moment(2)[e4, e4] == pytest.approx(exact, rel=1e-8)


def test_streams_carry_receptor_delay_and_sign(column_3k: Column) -> None:
    streams = column_3k.surround
    for i in range(0, streams.n_streams, 997):
        t = POPULATIONS[column_3k.population[streams.target[i]]]
        s = POPULATIONS[streams.source_population[i]]
        assert streams.receptor[i] == {"ee": 0, "ei": 1, "ie": 2, "ii": 3}[t[0] + s[0]]
        assert (streams.weight_pa[i] > 0) == (s[0] == "e")
    assert (streams.rate_hz > 0).all()
    e23, e5 = POPULATIONS.index("e23"), POPULATIONS.index("e5")
    own = (streams.source_population == e5) & (
        column_3k.population[streams.target] == e23
    )
    assert own.any()
    assert (streams.delay_ms[own] == 3.0).all()


def test_the_whole_model_has_no_surround() -> None:
    column = build_column(200, 1, surround=False)
    model = np.searchsorted(
        np.sort(cell_table().node_type_id), column.model_values("node_type_id")
    )
    model = np.argsort(cell_table().node_type_id)[model]
    streams = build_surround(
        column.population,
        model,
        column.position_um,
        column.tuning_angle_deg,
        FULL_RADIUS_UM,
    )
    assert streams.n_streams == 0
