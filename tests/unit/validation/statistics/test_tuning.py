import numpy as np
import pytest

from validation.statistics.selectivity import (
    compute_preferred_match,
    compute_selectivity,
)

DIRECTIONS = np.arange(0.0, 360.0, 45.0)


def curve(preferred_deg, second=0.0, first=0.0, mean=4.0):
    """Rate ``mean (1 + second cos 2(t - p) + first cos(t - p))``."""
    angle = np.radians(DIRECTIONS[:, None] - np.atleast_1d(preferred_deg))
    return mean * (1 + second * np.cos(2 * angle) + first * np.cos(angle))


@pytest.mark.parametrize("preferred", [0.0, 10.0, 22.5, 100.0, 271.0, 359.0])
def test_analytic_curve(preferred):
    # Sums of cosines over evenly spaced angles: OSI = second / 2, DSI = first / 2.
    got = compute_selectivity(curve(preferred, second=0.6, first=0.3), DIRECTIONS)
    assert got.osi[0] == pytest.approx(0.3)
    assert got.dsi[0] == pytest.approx(0.15)
    distance = (got.preferred_deg[0] - preferred + 180) % 360 - 180
    assert distance == pytest.approx(0.0, abs=1e-6)


def test_single_direction_is_fully_selective():
    rates = np.zeros((8, 1))
    rates[3] = 5.0
    got = compute_selectivity(rates, DIRECTIONS)
    assert got.osi[0] == pytest.approx(1.0)
    assert got.dsi[0] == pytest.approx(1.0)
    assert got.preferred_deg[0] == pytest.approx(135.0)


def test_flat_and_silent_cells_are_not_selective():
    got = compute_selectivity(np.array([[2.0, 0.0]] * 8), DIRECTIONS)
    np.testing.assert_allclose(got.osi, 0.0, atol=1e-12)
    np.testing.assert_allclose(got.dsi, 0.0, atol=1e-12)


def test_preferred_directions_match_within_the_tolerance():
    spiking = compute_selectivity(
        curve([0.0, 90.0, 350.0, 180.0], 0.5, 0.4), DIRECTIONS
    )
    model = compute_selectivity(curve([20.0, 120.0, 10.0, 0.0], 0.5, 0.4), DIRECTIONS)
    everyone = np.ones(4, dtype=bool)
    # Differences 20, 30, 20 and 180 degrees.
    assert compute_preferred_match(model, spiking, everyone, 22.5) == 0.5
    assert compute_preferred_match(model, spiking, everyone, 30.0) == 0.75
    chosen = np.array([True, False, True, False])
    assert compute_preferred_match(model, spiking, chosen, 22.5) == 1.0
    assert np.isnan(compute_preferred_match(model, spiking, ~everyone, 22.5))
