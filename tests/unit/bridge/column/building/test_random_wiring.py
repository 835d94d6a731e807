"""Random connections: the tree, the count, signs and receptors."""

import numpy as np
import pytest
from scipy import sparse
from scipy.sparse.csgraph import breadth_first_order, connected_components

from bridge.column.building.build import build_column
from bridge.column.building.random_wiring import rewire_at_random
from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError


@pytest.fixture(scope="module")
def column():
    return build_column(200, 1)


@pytest.fixture(scope="module")
def random(column):
    return rewire_at_random(column.recurrent, column.population, 5)


def graph_of(edges, n):
    ones = np.ones(edges.n_edges)
    return sparse.csr_array((ones, (edges.source, edges.target)), shape=(n, n))


def test_as_many_connections_and_no_pair_twice(column, random):
    assert random.n_edges == column.recurrent.n_edges
    assert (random.source != random.target).all()
    pairs = set(zip(random.source.tolist(), random.target.tolist(), strict=True))
    assert len(pairs) == random.n_edges


def test_the_first_connections_are_a_tree_that_reaches_every_cell(column, random):
    n = column.n_cells
    tree = Edges(*(getattr(random, k)[: n - 1] for k in vars(random)))
    graph = graph_of(tree, n)
    # n - 1 edges that join n cells in one component are a tree
    assert connected_components(graph, directed=False)[0] == 1
    (root,) = set(range(n)) - set(tree.target.tolist())
    reached = breadth_first_order(graph, root, return_predecessors=False)
    assert reached.size == n


def test_the_fewest_connections_are_the_tree_alone(column):
    n = column.n_cells
    # evenly taken, so that all four receptors are among them
    few = np.linspace(0, column.recurrent.n_edges - 1, n - 1).astype(int)
    edges = Edges(*(getattr(column.recurrent, k)[few] for k in vars(column.recurrent)))
    random = rewire_at_random(edges, column.population, 1)
    assert random.n_edges == n - 1
    assert connected_components(graph_of(random, n), directed=False)[0] == 1


def test_sources_are_spread_evenly(column, random):
    count = np.bincount(random.source, minlength=column.n_cells)
    # out-degrees of pairs drawn evenly are near binomial; the tree adds little
    assert count.std() < 1.5 * np.sqrt(count.mean())
    assert np.bincount(column.recurrent.source).std() > 1.5 * np.sqrt(count.mean())


def test_signs_receptors_and_delays_suit_source_and_target(column, random):
    is_excitatory = np.array([n[0] == "e" for n in POPULATIONS])[column.population]
    assert ((random.weight_pa >= 0.0) == is_excitatory[random.source]).all()
    for receptor, (source, target) in enumerate(
        [(True, True), (False, True), (True, False), (False, False)]
    ):
        own = random.receptor == receptor
        assert (is_excitatory[random.source[own]] == source).all()
        assert (is_excitatory[random.target[own]] == target).all()
        existing = column.recurrent.receptor == receptor
        for name in ("weight_pa", "delay_ms"):
            drawn = getattr(random, name)[own]
            assert np.isin(drawn, getattr(column.recurrent, name)[existing]).all()


def test_the_seed_decides(column, random):
    again = rewire_at_random(column.recurrent, column.population, 5)
    other = rewire_at_random(column.recurrent, column.population, 6)
    for name in vars(random):
        np.testing.assert_array_equal(getattr(again, name), getattr(random, name))
    assert (other.source != random.source).any()


def test_too_few_connections_are_refused(column):
    few = Edges(*(getattr(column.recurrent, k)[:50] for k in vars(column.recurrent)))
    with pytest.raises(InputError, match="50 connections cannot reach 200 cells"):
        rewire_at_random(few, column.population, 1)
