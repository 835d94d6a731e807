"""Counts, intervals and the dataset."""

import numpy as np
import pytest

from bridge.column.populations import POPULATIONS
from spiking.running.result import SpikingResult
from spiking.running.spike_counts import count_by_bin, intervals

POPULATION = np.array([1, 1, 4], dtype=np.int8)
SPIKES = np.array([[0, 0], [3, 2], [10, 0], [14, 1], [30, 0]], dtype=np.int32)


def _result() -> SpikingResult:
    counts = count_by_bin(SPIKES, POPULATION, 10, 4, 17)
    statistics = intervals(SPIKES, 3, 0.1)
    return SpikingResult(
        stimulus_names=("a",),
        population=POPULATION,
        bin_ms=1.0,
        drop_ms=0.0,
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


def test_interval_cv_is_that_of_the_intervals():
    # cell 0 has the intervals 1 and 2 ms; the others have none
    cv = _result().interval_cv()
    assert cv[0] == pytest.approx(np.std([1.0, 2.0], ddof=1) / 1.5)
    assert np.isnan(cv[1:]).all()


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
