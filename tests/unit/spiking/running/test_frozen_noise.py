"""Probing cells under the recorded input of the network."""

import numpy as np
import pytest
from small_column import N_CELLS, N_LGN

from bridge.errors import InputError
from spiking.running.frozen_noise import probe_transfer


def _probe(column, **changes):
    options = {
        "lgn_rate_hz": np.full((2, N_LGN), [[20.0], [60.0]]),
        "currents_of": lambda level, rate: (
            np.array([[-50.0], [0.0], [50.0]]) + np.zeros((3, N_CELLS))
        ),
        "duration_ms": 1000.0,
        "warmup_ms": 100.0,
        "seed": 6,
        **changes,
    }
    return probe_transfer(column, **options)


@pytest.mark.slow
def test_without_current_a_cell_repeats_what_it_did_in_the_network(column):
    result = _probe(column)
    assert result.network_rate_hz.mean() > 2.0
    # same input, same cell: only the order of additions differs, which moves a
    # spike by a step at most and could carry it over the end of the count
    np.testing.assert_allclose(result.rate_hz[:, 1], result.network_rate_hz, atol=1.0)
    assert (result.rate_hz[:, 1] == result.network_rate_hz).mean() > 0.95


@pytest.mark.slow
def test_current_pushes_the_rates(column):
    low, middle, high = _probe(column).rate_hz.mean(axis=(0, 2))
    assert low < middle < high


def test_bad_input_is_refused(column):
    with pytest.raises(InputError, match="n_levels, n_lgn"):
        _probe(column, lgn_rate_hz=np.zeros(N_LGN))
