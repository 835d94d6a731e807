"""Counts, intervals and the dataset."""

import numpy as np
import pytest

from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus_info import StimulusInfo
from spiking.running.result import SpikingResult
from spiking.running.spike_counts import count_by_bin, interval_cv, intervals

POPULATION = np.array([1, 1, 4], dtype=np.int8)
SPIKES = np.array([[0, 0], [3, 2], [10, 0], [14, 1], [30, 0]], dtype=np.int32)


def _result(drop_ms: float = 0.0) -> SpikingResult:
    counts = count_by_bin(SPIKES, POPULATION, 10, 4, 17)
    statistics = intervals(SPIKES, 3, 0.1)
    return SpikingResult(
        stimuli=(StimulusInfo("a"),),
        column_hash="a" * 64,
        population=POPULATION,
        bin_ms=1.0,
        drop_ms=drop_ms,
        dt_ms=0.1,
        device="numpy",
        counts=counts[None, None],
        neuron_counts=np.bincount(SPIKES[:, 1], minlength=3)[None, None],
        n_intervals=statistics.n_intervals[None, None],
        interval_sum_ms=statistics.sum_ms[None, None],
        interval_square_sum_ms2=statistics.square_sum_ms2[None, None],
    )


def test_counts_by_bin_and_population():
    counts = count_by_bin(SPIKES, POPULATION, 10, 4, 17)
    assert counts[:, 1].tolist() == [1, 2, 0, 1]
    assert counts[:, 4].tolist() == [1, 0, 0, 0]
    assert counts.sum() == 5


def test_intervals_are_those_between_spikes_of_a_cell():
    # cell 0 has the intervals 1 and 2 ms; the others have none
    statistics = intervals(SPIKES, 3, 0.1)
    assert statistics.n_intervals.tolist() == [2, 0, 0]
    np.testing.assert_allclose(statistics.sum_ms, [3.0, 0.0, 0.0])
    np.testing.assert_allclose(statistics.square_sum_ms2, [5.0, 0.0, 0.0])


def moments(*trains):
    """Return the statistics of the intervals of some cells under one stimulus."""
    return (
        np.array([len(train) for train in trains]),
        np.array([np.sum(train) for train in trains], dtype=float),
        np.array([np.sum(np.square(train)) for train in trains], dtype=float),
    )


def test_interval_cv_is_that_of_the_intervals():
    rng = np.random.default_rng(0)
    trains = (
        rng.exponential(50.0, 5000),
        np.full(100, 50.0),
        rng.gamma(4.0, 10.0, 5000),  # CV 1 / sqrt(4)
    )
    cv = interval_cv(*(values[None] for values in moments(*trains)))
    np.testing.assert_allclose(
        cv, [train.std() / train.mean() for train in trains], rtol=1e-6, atol=1e-6
    )
    # standard error of the CV of 5000 exponential intervals: 1.4 %
    np.testing.assert_allclose(cv, [1.0, 0.0, 0.5], atol=0.05)


def test_interval_cv_is_found_within_stimuli_and_weighted_by_intervals():
    slow = [np.full(30, 100.0), np.full(4, 100.0), []]
    fast = [np.tile([5.0, 15.0], 5), np.tile([5.0, 15.0], 5), [7.0]]
    statistics = zip(moments(*slow), moments(*fast), strict=True)
    cv = interval_cv(*(np.stack(values) for values in statistics))
    # 30 intervals of CV 0 and 10 of CV 1/2; below ten, a stimulus does not count
    np.testing.assert_allclose(cv[:2], [0.125, 0.5])
    assert np.isnan(cv[2])


def test_min_intervals_says_which_stimuli_count():
    statistics = [values[None] for values in moments([1.0, 3.0])]
    assert np.isnan(interval_cv(*statistics)).all()
    np.testing.assert_allclose(interval_cv(*statistics, min_intervals=2), 0.5)


def test_dataset_has_rates_units_and_bin_starts():
    dataset = _result().to_dataset()
    rate = dataset["population_rate"]
    assert rate.dims == ("stimulus", "trial", "time", "population")
    assert rate.attrs["units"] == "Hz"
    assert dataset["time"].values.tolist() == [0.0, 1.0, 2.0, 3.0]
    # two cells, one spike in 1 ms: 500 Hz
    assert float(rate.sel(time=0.0, population="e23").item()) == pytest.approx(500.0)
    assert list(dataset["population"].values) == list(POPULATIONS)
    assert dataset["neuron_rate"].values.ravel()[0] == pytest.approx(3 / 4e-3)


def test_dataset_leaves_the_start_out():
    dataset = _result(drop_ms=2.0).to_dataset()
    assert dataset["time"].values.tolist() == [2.0, 3.0]
    whole = _result().to_dataset()["population_rate"]
    np.testing.assert_array_equal(
        dataset["population_rate"], whole.isel(time=slice(2, None))
    )
    assert dataset.attrs["drop_ms"] == 2.0
