"""Effective delays, measured as mean delays of a linear chain of cells."""

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.edges import Edges
from bridge.stimulus.stimulus import Stimulus
from ratemodel.connections.delay_shares import DelayShares
from ratemodel.gradients.sequence import RateSequence


def mean_delay_ms(make_cells, variant, cascade, delay_ms, dt_ms, lgn_delay_ms):
    """Mean delay of cells 0 (LGN -> 0) and 1 (0 -> 1) after an LGN pulse."""
    parameters = make_cells(
        2,
        population=np.array([0, 1]),
        recurrent=Edges([0], [1], [0.5], [delay_ms], [0], [1]),
        lgn_edges=Edges([0], [0], [1.0], [lgn_delay_ms], [0], [1]),
    )
    n_steps = round(400 / dt_ms)
    pulse = np.zeros((n_steps, 1))
    start = n_steps // 2
    pulse[start] = 100.0
    runs = [
        rate_network(
            parameters,
            **variant,
            cascade=cascade,
            delays=True,
            dt_ms=dt_ms,
            dtype=torch.float64,
        ).run([Stimulus("s", dt_ms, rate)], bin_ms=dt_ms, drop_ms=0.0)
        for rate in (pulse, 0 * pulse)
    ]
    response = (runs[0].rates - runs[1].rates)[0, :, :2]
    middle = (np.arange(n_steps) - start) * dt_ms  # from the middle of the pulse
    return (response * middle[:, None]).sum(0) / response.sum(0)


def own_delay_ms(variant, cascade):
    """Return the mean delay of the filters of one cell and the error to allow.

    A discrete pole of held input is late by dt^2 / (12 tau) beyond its half step:
    1 / (1 - q) - 1/2 = tau + 1 / (12 tau) + ...; the alpha cascade and a pole of
    linear input are exact in this.
    """
    name, tau_r = variant["variant"], variant["tau_r_ms"]
    delay = slack = 0.0
    if name != "equilibrium":
        delay += 8.0  # tau_s, or 2 x tau_syn
        slack += 0.0 if cascade else 1 / (12 * 8.0)
    if name != "instantaneous":
        delay += tau_r
    if name == "equilibrium":
        slack += 0.0 if cascade else 1 / (12 * tau_r)
    return delay, slack + 1e-3


@pytest.mark.parametrize("cascade", [False, True])
# less than the half step that holding takes, and representable or not
@pytest.mark.parametrize("delay_ms", [0.1, 0.3, 1.2, 1.5, 1.6, 2.0, 3.8])
def test_any_delay_is_exact(make_cells, variant, cascade, delay_ms):
    first, second = mean_delay_ms(make_cells, variant, cascade, delay_ms, 1.0, 1.7)
    own, slack = own_delay_ms(variant, cascade)
    assert first == pytest.approx(1.7 + own, abs=slack)
    assert second - first == pytest.approx(delay_ms + own, abs=slack)


def test_a_delay_is_shared_by_the_steps_around_it():
    shares = DelayShares.from_delays(np.array([0.1, 0.5, 1.6, 3.5]), 1.0, 0.5)
    np.testing.assert_array_equal(shares.connection, [0, 1, 2, 3, 0, 2])
    np.testing.assert_array_equal(shares.steps, [0, 0, 1, 3, 1, 2])
    np.testing.assert_allclose(shares.share, [1.4, 1.0, 0.9, 1.0, -0.4, 0.1])
    assert shares.n_blocks == 4


def test_whole_numbers_of_steps_take_one_entry_at_any_step():
    delays = np.arange(1, 50) / 10.0  # thirds of a binary fraction: none is exact
    assert DelayShares.from_delays(delays, 0.1, 0.0).connection.size == delays.size
    assert DelayShares.from_delays(delays, 0.2, 0.5).connection.size < 75


def test_parts_that_fall_on_one_place_are_one_entry(make_cells):
    """Two delays of one pair, in steps of 1 ms: 1.2 and 1.8 ms read 1 and 2 ago."""
    parameters = make_cells(
        2,
        population=np.array([0, 1]),
        recurrent=Edges([0, 0], [1, 1], [0.5, 2.0], [1.7, 2.3], [0, 0], [1, 1]),
        lgn_edges=Edges([0], [0], [1.0], [1.0], [0], [1]),
    )
    network = rate_network(
        parameters, variant="instantaneous", delays=True, dtype=torch.float64
    )
    matrix = network.coupling.recurrent.toarray()
    np.testing.assert_allclose(matrix[1, [2, 4]], [0.5 * 0.8 + 2 * 0.2, 0.1 + 1.6])
    sequence = RateSequence(network)
    assert network.coupling.recurrent.nnz == sequence.recurrent_product.n_entries == 2


def test_delays_longer_than_the_spare_room_of_the_window(make_cells):
    # 60 steps of delay, window moved several times: shift, nothing else
    def response(delay_ms):
        parameters = make_cells(
            2,
            population=np.array([0, 1]),
            recurrent=Edges([0], [1], [0.5], [delay_ms], [0], [1]),
            lgn_edges=Edges([0], [0], [1.0], [1.0], [0], [1]),
        )
        network = rate_network(
            parameters, variant="equilibrium", tau_r_ms=5.0, delays=True,
            dtype=torch.float64,
        )  # fmt: skip
        rate = np.random.default_rng(0).uniform(0, 50, (300, 1))
        rate[:100] = 0.0
        return network.run([Stimulus("s", 1.0, rate)], bin_ms=1.0, drop_ms=0).rates[0]

    short, long = response(1.5), response(61.5)
    np.testing.assert_allclose(long[:, 0], short[:, 0], rtol=1e-12)
    np.testing.assert_allclose(long[150:, 1], short[90:-60, 1], rtol=1e-6)
