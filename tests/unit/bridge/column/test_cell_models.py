"""Parameters of cell models that few columns have, and the column's hash."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.cell_models import CellModels
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.files.hashing import content_hash

OF_EVERY_COLUMN = (
    "node_type_id",
    "pop_name",
    "population",
    "c_m_pf",
    "g_ns",
    "e_l_mv",
    "v_th_mv",
    "v_reset_mv",
    "t_ref_ms",
    "asc_amps_pa",
    "asc_decay_per_ms",
    "tau_syn_ms",
)
"""What made up the hash before cell models could have more."""

NOT_HASHED = {("lgn", "file_id"), ("lgn", "population")}
"""How the files of a column call its LGN cells."""


@pytest.fixture(scope="module")
def column() -> Column:
    return build_column(120, 3)


def test_usual_parameters_leave_the_hash_as_it_was(column: Column) -> None:
    content = {
        f"cell_models.{name}": getattr(column.cell_models, name)
        for name in OF_EVERY_COLUMN
    }
    content["cell_models.pop_name"] = list(column.cell_models.pop_name)
    for part in ("recurrent", "lgn", "lgn_edges", "background", "surround"):
        for key, value in vars(getattr(column, part)).items():
            if (part, key) in NOT_HASHED:
                continue
            content[f"{part}.{key}"] = (
                list(value) if isinstance(value, tuple) else value
            )
    for key in ("population", "cell_model", "position_um", "tuning_angle_deg"):
        content[key] = getattr(column, key)
    assert column.hash == content_hash(content)


@pytest.mark.parametrize(
    ("name", "value"), [("asc_r", 0.5), ("v_m_mv", -60.0), ("n_ports", 4)]
)
def test_every_other_parameter_changes_the_hash(
    column: Column, name: str, value: float
) -> None:
    models = column.cell_models
    usual = getattr(models, name)
    same = replace(column, cell_models=replace(models, **{name: usual.copy()}))
    assert same.hash == column.hash
    if name != "n_ports":
        other = replace(models, **{name: np.full_like(usual, value)})
        assert replace(column, cell_models=other).hash != column.hash


def test_a_column_checks_receptors(column: Column) -> None:
    models = column.cell_models
    fewer = replace(models, n_ports=np.full(models.n_models, 3))
    with pytest.raises(InputError, match=r"receptor 4, but its cell model \d+ has 3"):
        replace(column, cell_models=fewer)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("asc_r", 1.5, "asc_r lies outside 0..1"),
        ("asc_r", -0.1, "asc_r lies outside 0..1"),
        ("n_ports", 0, "no receptor, or more than 4"),
        ("n_ports", 5, "no receptor, or more than 4"),
        ("v_m_mv", np.inf, "v_m_mv has a value that is not finite"),
    ],
)
def test_wrong_values_are_named(column: Column, name, value, message) -> None:
    models: CellModels = column.cell_models
    with pytest.raises(InputError, match=message):
        replace(models, **{name: np.full_like(getattr(models, name), value)})
