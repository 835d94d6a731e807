"""Spike trains on the time grid."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.one_per_step import one_per_step
from spiking.trials.source_spikes import draw_spikes, place_spikes


def test_drawn_spikes_follow_the_rates():
    rng = np.random.default_rng(1)
    rate_hz = np.array([[10.0, 0.0, 40.0], [90.0, 0.0, 5.0]])
    n_repeats, sample_steps, dt_ms = 400, 100, 0.1
    counts = np.zeros((n_repeats, 2, 3))
    for k in range(n_repeats):
        step, source = draw_spikes(rate_hz, sample_steps, dt_ms, rng)
        np.add.at(counts[k], (step // sample_steps, source), 1)
    expected = rate_hz * sample_steps * dt_ms * 1e-3
    # Poisson: mean and variance are both the expectation, 5 standard errors
    error = 5 * np.sqrt(expected / n_repeats) + 1e-12
    assert (abs(counts.mean(axis=0) - expected) <= error).all()
    fano = counts[:, expected > 0].var(axis=0) / expected[expected > 0]
    assert (abs(fano - 1.0) < 5 * np.sqrt(3.0 / n_repeats)).all()


def test_no_rate_no_spikes():
    step, _ = draw_spikes(np.zeros((5, 2)), 10, 0.1, np.random.default_rng(1))
    assert step.size == 0


@pytest.mark.parametrize(
    ("time_ms", "step"), [(0.0, 0), (0.05, 0), (0.1, 0), (0.11, 1), (1.7, 16)]
)
def test_a_time_on_the_grid_ends_its_step(time_ms, step):
    assert place_spikes(np.array([time_ms]), np.array([3]), 100, 0.1)[0] == [step]


def test_spikes_after_the_end_are_dropped():
    step, source = place_spikes(np.array([0.5, 5.1]), np.array([0, 1]), 50, 0.1)
    assert step.tolist() == [4]
    assert source.tolist() == [0]


def test_negative_times_are_refused():
    with pytest.raises(InputError, match="negative"):
        place_spikes(np.array([-1.0]), np.array([0]), 50, 0.1)


def test_a_second_spike_in_a_step_moves_to_the_next():
    step, source = one_per_step(
        np.array([4, 1, 4, 4, 9, 9]), np.array([2, 0, 2, 2, 1, 1]), 10
    )
    assert list(zip(step.tolist(), source.tolist(), strict=True)) == [
        (1, 0),
        (4, 2),
        (5, 2),
        (6, 2),
        (9, 1),
    ]
