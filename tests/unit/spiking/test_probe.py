"""Open-loop probing of single cells."""

import numpy as np
import pytest
from small_column import N_CELLS, N_LGN, make_column, make_stimulus

from bridge.errors import InputError
from spiking.model import SpikingModel
from spiking.probe import ProbeLevel, probe_transfer

NO_DC = np.zeros(N_CELLS)


def _probe(column, levels, **changes):
    options = {
        "source_rate_hz": np.full(N_CELLS, 5.0),
        "lgn_rate_hz": np.full(N_LGN, 40.0),
        "duration_ms": 4000.0,
        "warmup_ms": 200.0,
        "seed": 3,
        **changes,
    }
    return probe_transfer(column, levels=levels, **options)


@pytest.mark.slow
def test_without_recurrence_open_and_closed_loop_agree():
    column = make_column(weight_factor=0.0)
    levels = [ProbeLevel(1.0, NO_DC)] * 4
    open_hz = _probe(column, levels).mean(axis=0)
    closed = SpikingModel(column).run(
        [make_stimulus(rate_hz=40.0, duration_ms=4200.0)],
        n_trials=4,
        seed=8,
        drop_ms=200.0,
    )
    closed_hz = closed.neuron_rates_hz().mean(axis=(0, 1))
    assert open_hz.mean() > 2.0
    # 16 s per cell; counts vary no more than Poisson counts: 5 standard errors
    error = np.sqrt((open_hz + closed_hz) / 16.0)
    assert (abs(open_hz - closed_hz) <= 5 * error + 1e-9).all()
    assert open_hz.mean() == pytest.approx(
        closed_hz.mean(), abs=5 * np.sqrt(2 * open_hz.mean() / (16.0 * N_CELLS))
    )


@pytest.mark.slow
def test_levels_scale_the_input_and_add_current():
    column = make_column()
    levels = [ProbeLevel(s, NO_DC) for s in (0.0, 1.0, 3.0)]
    levels.append(ProbeLevel(1.0, np.full(N_CELLS, 100.0)))
    low, middle, high, pushed = _probe(column, levels)
    assert low.mean() < middle.mean() < high.mean()
    assert (pushed >= middle).all()
    assert pushed.mean() > 1.5 * middle.mean()


@pytest.mark.slow
def test_slow_after_spike_currents_can_be_switched_off():
    column = make_column()
    levels = [ProbeLevel(2.0, NO_DC)]
    # without a hyperpolarising current a cell fires faster
    kept = _probe(column, levels)[0]
    off = _probe(column, levels, asc_dynamic_below_per_ms=0.01)[0]
    assert off.mean() > 1.1 * kept.mean()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"source_rate_hz": np.zeros(3)}, "source_rate_hz has shape"),
        ({"lgn_rate_hz": np.full(N_LGN, -1.0)}, "negative or not finite"),
        ({"lgn_rate_hz": np.full(N_LGN, np.nan)}, "negative or not finite"),
    ],
)
def test_rates_that_do_not_fit_are_refused(column, changes, message):
    with pytest.raises(InputError, match=message):
        _probe(column, [ProbeLevel(1.0, NO_DC)], **changes)


@pytest.mark.parametrize(
    "level", [ProbeLevel(-1.0, NO_DC), ProbeLevel(1.0, np.ones(2))]
)
def test_levels_that_do_not_fit_are_refused(column, level):
    with pytest.raises(InputError, match="level 0"):
        _probe(column, [level])
