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
    with pytest.raises(InputError, match="no such file of parameters"):
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
    with pytest.raises(InputError, match="holds parameters of another version"):
        read_parameters(path)
    np.savez(path, format="v1bridge-parameters-2", reduction_hash="0")
    with pytest.raises(InputError, match="is missing"):
        read_parameters(path)
    np.savez(path, format="v1bridge-parameters-1", reduction_hash="0")
    with pytest.raises(InputError, match=r"another version.*again"):
        read_parameters(path)


def rewritten(path, **changes):
    """Write the arrays of a file again, some of them changed."""
    with np.load(path) as stored:
        arrays = {key: stored[key] for key in stored.files}
    np.savez(path, **(arrays | changes))


BAD = {
    "unknown array": ({"gain": np.ones(3)}, "holds 'gain', which no rate model has"),
    "text for numbers": ({"tau_m_ms": np.array(["a"] * 60)}, "no file of parameters"),
    "several numbers for one": ({"n_lgn": np.arange(2)}, "no file of parameters"),
    "another shape": ({"tau_m_ms": np.ones(59)}, r"tau_m_ms has shape \(59,\)"),
    "no number": ({"tau_m_ms": np.full(60, np.nan)}, "tau_m_ms has a value that is"),
    "a negative time": ({"tau_m_ms": np.full(60, -1.0)}, "of cell 0 is not positive"),
    "no such population": ({"population": np.full(60, -1, np.int8)}, "outside 0..16"),
    "no such LGN cell": ({"n_lgn": np.int64(3)}, "but there are 3 cells"),
    "another column": ({"column_hash": np.array("0" * 64)}, "was changed after"),
}


@pytest.mark.parametrize("case", BAD)
def test_foreign_parameters_are_refused_by_name(parameters, tmp_path, case):
    changes, words = BAD[case]
    path = tmp_path / "p.npz"
    write_parameters(parameters, path)
    rewritten(path, **changes)
    with pytest.raises(InputError, match=words) as caught:
        read_parameters(path)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_connection_to_no_cell_is_refused(parameters, tmp_path):
    path = tmp_path / "p.npz"
    write_parameters(parameters, path)
    target = np.array(parameters.recurrent.target)
    target[7] = 60
    rewritten(path, **{"recurrent.target": target})
    with pytest.raises(InputError, match="have target 60, but there are 60 cells"):
        read_parameters(path)


def test_random_damage_gives_one_line_or_the_same_parameters(parameters, tmp_path):
    path = tmp_path / "p.npz"
    write_parameters(parameters, path)
    whole, rng = path.read_bytes(), np.random.default_rng(0)
    directory = whole.index(b"PK\x01\x02")
    messages = []
    for number in range(300):
        content = bytearray(whole)
        start = directory if number % 3 == 0 else 0
        for place in rng.integers(start, len(whole), 1 + number % 3):
            content[place] = rng.integers(256)
        path.write_bytes(content)
        try:
            assert read_parameters(path).reduction_hash == parameters.reduction_hash
        except InputError as error:
            messages.append(str(error))
    assert len(messages) > 200
    assert "\n" not in "".join(messages)
