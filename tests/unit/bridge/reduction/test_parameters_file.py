"""Parameters come back from their file exactly, or not at all."""

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import read_parameters, write_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data


@pytest.fixture(scope="module")
def parameters() -> RateParameters:
    column = build_column(60, 1)
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def test_the_hash_survives_the_file(parameters, tmp_path):
    write_parameters(parameters, tmp_path / "p.npz")
    read = read_parameters(tmp_path / "p.npz")
    assert read.reduction_hash == parameters.reduction_hash
    np.testing.assert_array_equal(
        read.recurrent.weight_pa, parameters.recurrent.weight_pa
    )
    assert read.n_lgn == parameters.n_lgn


def test_an_edited_value_is_noticed(parameters, tmp_path):
    write_parameters(parameters, tmp_path / "p.npz")
    with np.load(tmp_path / "p.npz") as stored:
        arrays = {key: stored[key] for key in stored.files}
    arrays["tau_s_ms"] = arrays["tau_s_ms"] * (1.0 + 1e-12)
    np.savez(tmp_path / "edited.npz", **arrays)
    with pytest.raises(InputError, match="was changed after it was written"):
        read_parameters(tmp_path / "edited.npz")


def test_what_cannot_be_read_is_named_in_one_line(parameters, tmp_path):
    path = tmp_path / "p.npz"
    with pytest.raises(InputError, match="there is no such file"):
        read_parameters(path)
    write_parameters(parameters, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(InputError, match="is damaged"):
        read_parameters(path)
    path.write_text("not an archive")
    with pytest.raises(InputError, match="is damaged"):
        read_parameters(path)
    np.savez(path, images=np.zeros(3))
    with pytest.raises(InputError, match="does not hold the parameters"):
        read_parameters(path)
    np.savez(path, format="v1bridge-parameters-1", reduction_hash="0")
    with pytest.raises(InputError, match="is missing"):
        read_parameters(path)
