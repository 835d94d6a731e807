"""LGN cells: what a file may not say of them, and how spike files call them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError


def cells(**changes: Any) -> LgnCells:
    values = {
        "node_id": np.array([4, 9]),
        "cell_type": ("sON_TF4", "sON_TF1"),
        "x_deg": np.ones(2),
        "y_deg": np.ones(2),
        "tuning_angle_deg": np.array([np.nan, 30.0]),
        "size_deg": np.full(2, 3.0),
    }
    return LgnCells(**(values | changes))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"size_deg": np.array([3.0, -3.0])}, "size_deg of row 1 is -3, not positive"),
        ({"size_deg": np.zeros(2)}, "size_deg of row 0 is 0, not positive"),
        ({"size_deg": np.array([3.0, np.inf])}, "size_deg of row 1 is inf"),
        ({"x_deg": np.array([np.nan, 0.0])}, "x_deg of row 0 is nan"),
        ({"y_deg": np.array([0.0, -np.inf])}, "y_deg of row 1 is -inf"),
        ({"tuning_angle_deg": np.array([0.0, np.inf])}, "row 1 is inf, infinite"),
        ({"node_id": np.array([4.0, np.nan])}, "node_id of row 1 is nan"),
        ({"node_id": np.array([4.5, 1.0])}, "row 0 is 4.5, not a whole number"),
        ({"node_id": np.array([-1, 2])}, "node_id of row 0 is -1"),
        ({"file_id": np.array([0, -2])}, "file_id of row 1 is -2"),
        ({"file_id": np.zeros(3)}, "file_id has shape"),
        ({"y_deg": np.zeros(3)}, "y_deg has shape"),
    ],
)
def test_impossible_values_are_refused_by_name(
    changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(InputError, match=message) as caught:
        cells(**changes)
    assert "\n" not in str(caught.value)


def test_spike_files_number_cells_as_the_nodes_file_does() -> None:
    assert cells().spike_id.tolist() == [4, 9]
    read = cells(file_id=np.array([0, 1]), population="thalamus")
    assert read.spike_id.tolist() == [0, 1]
    second = read.select(np.array([1]))
    assert (second.spike_id.tolist(), second.node_id.tolist()) == ([1], [9])
    assert second.population == "thalamus"


def test_how_a_file_calls_the_cells_is_not_in_the_hash() -> None:
    column = build_column(60, 1)
    renamed = replace(
        column.lgn, file_id=np.arange(column.lgn.n_cells), population="thalamus"
    )
    assert replace(column, lgn=renamed).hash == column.hash
    moved = replace(column.lgn, node_id=column.lgn.node_id + 1)
    assert replace(column, lgn=moved).hash != column.hash
