"""Count and probability matrices against plain counting."""

from collections import Counter

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.column.connectivity import (
    count_matrix,
    group_names,
    group_sizes,
    pair_matrix,
    probability_matrix,
)
from bridge.column.populations import CLASS_OF_POPULATION, CLASSES, POPULATIONS


@pytest.fixture(scope="module")
def small() -> Column:
    return build_column(150, 4, surround=False)


@pytest.mark.parametrize("by", ["population", "class"])
def test_counts_are_target_by_source(small: Column, by: str) -> None:
    names = group_names(by)
    label = [
        POPULATIONS[p] if by == "population" else CLASS_OF_POPULATION[POPULATIONS[p]]
        for p in small.population
    ]
    edges = small.recurrent
    plain = Counter(
        (label[t], label[s]) for t, s in zip(edges.target, edges.source, strict=True)
    )
    counts = count_matrix(small, by)
    sizes = group_sizes(small, by)
    p = probability_matrix(small, by)
    assert counts.sum() == edges.n_edges > 0
    for i, target in enumerate(names):
        assert sizes[i] == label.count(target)
        for j, source in enumerate(names):
            assert counts[i, j] == plain[target, source]
            pairs = sizes[i] * sizes[j] - (sizes[i] if i == j else 0)
            assert pair_matrix(small, by)[i, j] == pairs
            if pairs:
                assert p[i, j] == plain[target, source] / pairs
            else:
                assert np.isnan(p[i, j])
    # i4Sst -> i4Pvalb and back differ threefold in the rule: not symmetric.
    assert not np.array_equal(counts, counts.T)


def test_groups_are_in_the_declared_order() -> None:
    assert group_names("population") == POPULATIONS
    assert group_names("class") == CLASSES
