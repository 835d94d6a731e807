"""The expected size of a column against columns that were drawn."""

import pytest

from bridge.column.building.build import FULL_COUNT, build_column
from bridge.column.building.expected_size import ColumnSize, expected_size
from bridge.column.column import Column
from bridge.errors import InputError


def assert_near(found: int, expected: int, relative: float) -> None:
    assert abs(found - expected) <= relative * expected


def test_of_a_small_column() -> None:
    drawn = ColumnSize.of(build_column(300, 1))
    expected = expected_size(300)
    assert drawn.n_cells == expected.n_cells == 300
    assert_near(drawn.n_edges, expected.n_edges, 0.1)
    assert_near(drawn.n_lgn, expected.n_lgn, 0.5)


def test_of_the_default_column(column_3k: Column) -> None:
    drawn, expected = ColumnSize.of(column_3k), expected_size("3k")
    assert drawn.n_cells == expected.n_cells
    assert_near(drawn.n_edges, expected.n_edges, 0.02)
    assert_near(drawn.n_lgn, expected.n_lgn, 0.5)


def test_a_radius_is_a_size() -> None:
    assert expected_size("3k", radius_um=845.0).n_cells == FULL_COUNT
    assert expected_size(FULL_COUNT) == expected_size("3k", radius_um=845.0)
    with pytest.raises(InputError, match="size is 0 cells"):
        expected_size(0)


def test_the_full_model_takes_gigabytes() -> None:
    assert 5 * 2**30 < expected_size(FULL_COUNT).building_bytes < 20 * 2**30
