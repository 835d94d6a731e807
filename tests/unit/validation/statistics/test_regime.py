import numpy as np
import pytest

from validation.statistics.regime import compute_fano, compute_synchrony


def population(correlation, n_cells=100, seed=1):
    """Rates of cells that share a spike source, in 10 ms bins over 400 trials."""
    rng = np.random.default_rng(seed)
    p, shape = 0.05, (400, 100)
    shared = rng.random(shape) < p
    counts = np.zeros(shape)
    for _ in range(n_cells):
        own = rng.random(shape) < p
        use_shared = rng.random(shape) < np.sqrt(correlation)
        counts += np.where(use_shared, shared, own)
    return counts / (n_cells * 0.010)


@pytest.mark.parametrize("correlation", [0.0, 0.04, 0.25])
def test_synchrony_is_the_root_of_the_pairwise_correlation(correlation):
    fano = compute_fano(population(correlation), 100, 10.0)
    got = compute_synchrony(fano, 100)
    # Bernoulli bins have a Fano factor of 0.95 where Poisson has 1: rho is low by
    # 0.05 (1 + 99 rho) / 99, less than 0.02 in chi; sampling adds about as much.
    assert got == pytest.approx(np.sqrt(correlation), abs=0.03)


def test_independent_small_population_is_not_flagged_for_its_size():
    fano = compute_fano(population(0.0, n_cells=8), 8, 10.0)
    assert compute_synchrony(fano, 8) < 0.1


def test_silence_and_single_cells_have_no_synchrony():
    assert np.isnan(compute_fano(np.zeros((4, 10)), 5, 10.0))
    assert np.isnan(compute_synchrony(float("nan"), 5))
    assert np.isnan(compute_synchrony(1.0, 1))
