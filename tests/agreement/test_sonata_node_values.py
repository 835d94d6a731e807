"""Values of single nodes, and model files that are there or not."""

import json
import shutil
from pathlib import Path

import h5py
import libsonata
import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.sonata.read import read_network, read_sonata
from bridge.sonata.write import write_sonata

pytestmark = pytest.mark.agreement

NODES = "network/v1_nodes.h5"
NODE_TYPES = "network/v1_node_types.csv"


@pytest.fixture(scope="module")
def plain() -> Column:
    return build_column(120, 3)


@pytest.fixture(scope="module")
def exported(plain: Column, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("good") / "column"
    write_sonata(plain, folder, input_ms=0.0)
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    shutil.copytree(exported, tmp_path / "column")
    return tmp_path / "column"


def state(folder: Path, name: str, values: object) -> None:
    """Let single nodes state a value."""
    with h5py.File(folder / NODES, "r+") as file:
        file[f"nodes/v1/0/{name}"] = values


def texts(values: list[str]) -> np.ndarray:
    return np.array(values, dtype="S40")


def test_parameters_of_single_nodes_override_those_of_the_file(
    folder: Path, plain: Column, tmp_path: Path
) -> None:
    v_th = plain.model_values("v_th_mv") + np.arange(120) % 7
    state(folder, "dynamics_params/V_th", v_th)
    state(folder, "dynamics_params/E_L", plain.model_values("e_l_mv") - 1.0)
    circuit = libsonata.CircuitConfig.from_file(str(folder / "circuit_config.json"))
    population = circuit.node_population("v1")
    listed = population.get_dynamics_attribute("V_th", population.select_all())
    column = read_sonata(folder)
    np.testing.assert_array_equal(column.model_values("v_th_mv"), listed)
    np.testing.assert_array_equal(
        column.model_values("e_l_mv"), plain.model_values("e_l_mv") - 1.0
    )
    # what no node states stays: V_m is an absolute voltage, as in NEST
    for name in ("c_m_pf", "v_m_mv", "asc_amps_pa", "tau_syn_ms"):
        np.testing.assert_array_equal(
            column.model_values(name), plain.model_values(name)
        )
    numbers = column.cell_models.node_type_id
    assert np.unique(numbers).size == numbers.size > plain.cell_models.n_models
    assert set(plain.cell_models.node_type_id) <= set(numbers)
    write_sonata(column, tmp_path / "again", input_ms=0.0)
    again = read_sonata(tmp_path / "again")
    for name in ("v_th_mv", "e_l_mv", "v_m_mv", "c_m_pf"):
        np.testing.assert_array_equal(
            again.model_values(name), column.model_values(name)
        )
    write_sonata(again, tmp_path / "third", input_ms=0.0)
    assert read_sonata(tmp_path / "third").hash == again.hash == column.hash


def test_equal_values_of_single_nodes_change_no_model(
    folder: Path, plain: Column
) -> None:
    state(folder, "dynamics_params/t_ref", plain.model_values("t_ref_ms"))
    assert read_sonata(folder).hash == plain.hash


def test_a_single_node_names_its_own_file_line_and_template(
    folder: Path, plain: Column
) -> None:
    (folder / "components/cell_models/own.json").write_text(
        json.dumps({"V_th": -40.0, "V_m": -70.0, "tau_syn": [1.0, 2.0, 3.0, 4.0]})
    )
    state(folder, "dynamics_params", texts(["NULL"] * 119 + ["own.json"]))
    state(folder, "pop_name", texts([""] * 119 + ["i4Pvalb"]))
    column = read_sonata(folder)
    assert column.model_values("v_th_mv")[119] == -40.0
    assert column.model_values("tau_syn_ms")[119].tolist() == [1.0, 2.0, 3.0, 4.0]
    assert not column.model_values("asc_amps_pa")[119].any()
    assert POPULATIONS[column.population[119]] == "i4Pvalb"
    np.testing.assert_array_equal(column.population[:119], plain.population[:119])
    state(folder, "model_template", texts(["nest:glif_psc"] * 7 + ["nest:x"] * 113))
    with pytest.raises(InputError, match=r"v1_nodes\.h5\) is a nest:x"):
        read_sonata(folder)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("dynamics_params/I_e", 1.0, "dynamics_params of .*: I_e is no parameter"),
        ("dynamics_params/V_th", np.nan, "dynamics_params/V_th of row 0 is not"),
        ("dynamics_params/tau_syn", 3.0, "tau_syn is 3.0, not a list"),
        ("dynamics_params/C_m", -3.0, "c_m_pf must be positive"),
        ("dynamics_params", 3.0, "dynamics_params does not hold text"),
        ("pop_name", 3.0, "pop_name does not hold text"),
        ("model_processing", b"fullaxon", "model_processing cannot be honoured"),
        ("model_type", b"biophysical", "has model_type biophysical"),
    ],
)
def test_a_wrong_value_of_a_single_node_is_named(
    folder: Path, name: str, value: object, message: str
) -> None:
    state(folder, name, np.full(120, value))
    with pytest.raises(InputError, match=message) as caught:
        read_sonata(folder)
    assert "\n" not in str(caught.value)


def test_a_file_may_begin_with_any_digits(folder: Path, plain: Column) -> None:
    first = f"{plain.cell_models.node_type_id[0]}_glif_lif_asc_psc.json"
    models = folder / "components/cell_models"
    (models / first).rename(models / ("9" * 25 + ".json"))
    path = folder / NODE_TYPES
    path.write_text(path.read_text().replace(first, "9" * 25 + ".json"))
    assert read_sonata(folder).hash == plain.hash


def test_too_many_different_cells_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bridge.sonata.glif.models_of_nodes.MOST_MODELS", 100)
    state(folder, "dynamics_params/V_m", -np.linspace(60.0, 70.0, 120))
    with pytest.raises(InputError, match=r"120 different cell models; .* at most 100"):
        read_sonata(folder)


def test_a_missing_model_file_is_named_with_the_folders(folder: Path) -> None:
    models = folder / "components/cell_models"
    models.rename(folder / "components/elsewhere")
    with pytest.raises(InputError) as caught:
        read_sonata(folder)
    assert "_glif_lif_asc_psc.json is in none of the folders" in str(caught.value)
    assert str(models) in str(caught.value)


def test_cells_from_the_built_in_tables_are_listed(folder: Path, plain: Column) -> None:
    def found(column: Path) -> tuple[str, ...]:
        return read_network(column).reading.cells_from_tables

    numbers = sorted(map(str, plain.cell_models.node_type_id))
    assert found(folder) == ()
    without = folder.parent / "without" / "network"
    shutil.copytree(folder / "network", without)  # and no components anywhere near
    assert sorted(found(without)) == numbers
    # a type that names no file is one, whatever the components hold
    path, first = folder / NODE_TYPES, str(plain.cell_models.node_type_id[0])
    path.write_text(path.read_text().replace(f"{first}_glif_lif_asc_psc.json", "NULL"))
    assert found(folder) == (first,)


def test_an_input_at_a_receptor_that_a_cell_has_not_is_refused(folder: Path) -> None:
    for path in (folder / "components/cell_models").iterdir():
        model = json.loads(path.read_text())
        model["tau_syn"] = model["tau_syn"][:2]
        path.write_text(json.dumps(model))
    with pytest.raises(
        InputError, match=rf"^{folder}: .*arrives at receptor [34], but .* has 2"
    ):
        read_sonata(folder)
