"""Input channels in place of the LGN."""

import numpy as np
import pytest

from bridge.column.building.input_wiring import wire_channels
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError


@pytest.fixture(scope="module")
def wired(column_3k: Column) -> Edges:
    return wire_channels(column_3k.lgn_edges, column_3k.population, 832, seed=5)


def layers_of(edges: Edges, column: Column) -> np.ndarray:
    names = np.array(POPULATIONS)[column.population[edges.target]]
    return np.array([name[1] for name in names])


def test_half_of_the_channels_project_to_l4_and_only_there(
    wired: Edges, column_3k: Column
) -> None:
    layer = layers_of(wired, column_3k)
    l4, others = set(wired.source[layer == "4"]), set(wired.source[layer != "4"])
    assert len(l4) == len(others) == 416
    assert l4 | others == set(range(832))


def test_every_cell_keeps_number_and_weights_of_its_inputs(
    wired: Edges, column_3k: Column
) -> None:
    before = column_3k.lgn_edges
    for name in ("target", "weight_pa", "delay_ms", "receptor", "n_synapses"):
        np.testing.assert_array_equal(getattr(wired, name), getattr(before, name))
    total = np.bincount(wired.target, wired.weight_pa, column_3k.population.size)
    e4 = column_3k.population == POPULATIONS.index("e4")
    e5 = column_3k.population == POPULATIONS.index("e5")
    # The docstring's figures, to its own precision.
    assert total[e4].mean() == pytest.approx(670, abs=10)
    assert total[e5].mean() == pytest.approx(290, abs=10)


def test_a_cell_has_no_channel_twice(wired: Edges) -> None:
    pairs = wired.target.astype(np.int64) * 832 + wired.source
    assert np.unique(pairs).size == pairs.size


def test_the_seed_decides(column_3k: Column, wired: Edges) -> None:
    edges, population = column_3k.lgn_edges, column_3k.population
    again = wire_channels(edges, population, 832, seed=5)
    other = wire_channels(edges, population, 832, seed=6)
    np.testing.assert_array_equal(again.source, wired.source)
    assert (other.source != wired.source).mean() > 0.9


def test_channels_are_drawn_evenly(wired: Edges, column_3k: Column) -> None:
    layer = layers_of(wired, column_3k)
    counts = np.bincount(wired.source[layer == "4"], minlength=832)
    counts = counts[counts > 0]
    # Near Poisson (a little less, for want of repeats): variance about the mean.
    assert 0.75 < counts.var() / counts.mean() < 1.25


def test_too_few_channels_are_refused(column_3k: Column) -> None:
    with pytest.raises(InputError, match="use more channels") as caught:
        wire_channels(column_3k.lgn_edges, column_3k.population, 20, seed=1)
    assert "\n" not in str(caught.value)


def test_a_column_whose_lgn_misses_l4_is_refused() -> None:
    edges = Edges([0, 1], [0, 1], [1.0, 1.0], [1.7, 1.7], [0, 0], [1, 1])
    population = np.full(2, POPULATIONS.index("e5"))
    with pytest.raises(InputError, match="does not reach L4"):
        wire_channels(edges, population, 8, seed=1)
