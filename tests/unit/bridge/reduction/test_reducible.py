"""Cells that the spiking model takes and no rate model stands for."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.reduction.reducible import require_reducible
from validation.experiment.reduce import reduce
from validation.runs.validate import validate


@pytest.fixture(scope="module")
def column() -> Column:
    return build_column(120, 3)


def changed(column: Column, name: str, value: float) -> Column:
    before = getattr(column.cell_models, name)
    models = replace(column.cell_models, **{name: np.full_like(before, value)})
    return replace(column, cell_models=models)


def test_usual_columns_are_reducible(column: Column) -> None:
    require_reducible(column)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("asc_r", 0.5, "asc_r is not 1"),
        ("v_m_mv", -60.0, "V_m is not E_L"),
        ("e_l_mv", -20.0, "V_th is not above E_L"),
    ],
)
def test_others_are_refused_before_any_work(
    column: Column, name: str, value: float, message: str, tmp_path
) -> None:
    other = changed(column, name, value)
    if name == "e_l_mv":
        other = changed(other, "v_m_mv", value)
    with pytest.raises(InputError, match=f"{message}.*simulate' takes this column"):
        validate(other, tmp_path / "run", quick=True)
    assert not (tmp_path / "run").exists()
    with pytest.raises(InputError, match=message):
        reduce(other, "siegert")


def test_what_is_scaled_need_not_be_there(column: Column) -> None:
    require_reducible(changed(changed(column, "asc_r", 0.5), "asc_amps_pa", 0.0))
