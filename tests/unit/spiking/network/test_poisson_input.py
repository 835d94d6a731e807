"""Superposed Poisson input has the moments of its streams."""

import numpy as np
import pytest

from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from spiking.brian.external_input import COUNTERS_PER_BURST, input_burst
from spiking.brian.random_numbers import cell_keys, unit_random
from spiking.network.poisson_streams import superpose
from spiking.network.receptor_slots import ReceptorSlots

RATE_HZ = np.array([300.0, 700.0, 50.0])
WEIGHT_PA = np.array([2.0, 1.0, -4.0])


def _streams(n_cells: int, rate_hz: np.ndarray) -> PoissonInput:
    n = n_cells * rate_hz.size
    return PoissonInput(
        target=np.repeat(np.arange(n_cells), rate_hz.size),
        rate_hz=np.tile(rate_hz, n_cells),
        weight_pa=np.tile(WEIGHT_PA[: rate_hz.size], n_cells),
        delay_ms=np.ones(n),
        receptor=np.zeros(n),
        source_population=np.full(n, -1),
    )


def _slots(n_cells: int) -> ReceptorSlots:
    slot_of = np.full((n_cells, 4), -1, dtype=np.int8)
    slot_of[:, 0] = 0
    return ReceptorSlots(2, slot_of, np.zeros((n_cells, 2), dtype=np.int8))


@pytest.mark.parametrize("dt_ms", [0.1, 1.0])
def test_bursts_and_gaps_make_a_compound_poisson_process(dt_ms):
    n_cells, n_steps = 400, 2000
    streams = superpose((_streams(n_cells, RATE_HZ),), _slots(n_cells), dt_ms)
    key, mean = cell_keys(99, n_cells), streams.mean_events[0]
    first = streams.first[0].astype(float)
    bursts = np.zeros(n_cells)
    due = np.ones(n_cells)
    total = np.zeros((n_steps, n_cells))
    for step in range(1, n_steps):
        now = np.flatnonzero(due <= step)
        bursts[now] += 1
        total[step, now] = input_burst(
            streams.cumulative,
            streams.weight_pa,
            key[now],
            bursts[now],
            mean[now],
            first[now],
        )
        u = unit_random(key[now], COUNTERS_PER_BURST * bursts[now])
        due[now] = step + np.ceil(-np.log(u) / mean[now])
    total = total[100:]
    expected = RATE_HZ * dt_ms * 1e-3
    n = total.size
    # Campbell: mean = sum rate w, variance = sum rate w^2 per step; 5 standard
    # errors of each (of the variance from the fourth cumulant sum rate w^4)
    m1, m2, m4 = (float(expected @ WEIGHT_PA**k) for k in (1, 2, 4))
    assert total.mean() == pytest.approx(m1, abs=5 * np.sqrt(m2 / n))
    variance_error = np.sqrt((m4 + 2 * m2**2) / n)
    assert total.var() == pytest.approx(m2, abs=5 * variance_error)
    if dt_ms == 1.0:  # a single draw per step and stream would lack sum (p w)^2
        assert (expected**2) @ WEIGHT_PA**2 > 5 * variance_error
    # steps and cells are independent: correlations of unit-variance noise
    noise = (total - total.mean()) / total.std()
    assert abs((noise[1:] * noise[:-1]).mean()) < 5 / np.sqrt(n)
    assert abs((noise[:, 1:] * noise[:, :-1]).mean()) < 5 / np.sqrt(n)


def test_an_event_picks_its_stream_by_rate():
    n_cells = 20_000
    streams = superpose((_streams(n_cells, RATE_HZ),), _slots(n_cells), 0.001)
    # at this step a second event has probability 5e-4: almost all are single
    weight = input_burst(
        streams.cumulative,
        streams.weight_pa,
        cell_keys(7, n_cells),
        np.ones(n_cells),
        streams.mean_events[0],
        streams.first[0].astype(float),
    )
    share = RATE_HZ / RATE_HZ.sum()
    for w, p in zip(WEIGHT_PA, share, strict=True):
        error = np.sqrt(p * (1 - p) / n_cells)
        assert (weight == w).mean() == pytest.approx(p, abs=5 * error + 2e-3)


def test_streams_without_rate_or_weight_are_left_out():
    streams = superpose((_streams(1, np.array([0.0, 500.0])),), _slots(1), 0.1)
    assert streams.n_rows[0, 0] == 1
    assert streams.mean_events[0, 0] == pytest.approx(0.05)
    nothing = superpose((_streams(1, np.zeros(2)),), _slots(1), 0.1)
    assert not nothing.mean_events.any()


def test_too_many_events_per_step_are_refused():
    with pytest.raises(InputError, match="use a shorter dt_ms"):
        superpose((_streams(1, np.array([2e4])),), _slots(1), 1.0)


def test_random_numbers_are_uniform_and_distinct():
    key = cell_keys(3, 1000)
    assert np.unique(key).size == 1000
    u = unit_random(key[:, None], np.arange(1, 101)[None, :])
    assert u.min() > 0.0
    assert u.max() < 1.0
    counts = np.histogram(u, bins=50, range=(0, 1))[0]
    # chi-square with 49 degrees of freedom: 99.99 % quantile is 96
    assert (((counts - 2000) ** 2) / 2000).sum() < 96
