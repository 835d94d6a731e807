"""Checkpoints of a run's stages."""

import os
from pathlib import Path

import numpy as np
import pytest

import bridge.files.stages
from bridge.errors import RunFolderError
from bridge.files.stages import Stages


def test_arrays_come_back_as_they_were(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "stages", "config")
    arrays = {
        "rates": np.arange(6, dtype=np.float32).reshape(2, 3),
        "names": np.array(["a", "b"]),
        "n": np.int64(3),
    }
    stages.save("spiking", arrays)
    loaded = stages.load("spiking")
    assert loaded is not None
    assert set(loaded) == set(arrays)
    for name, value in arrays.items():
        assert loaded[name].dtype == np.asarray(value).dtype
        np.testing.assert_array_equal(loaded[name], value)


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 cut off", b"not a zip file"])
def test_a_damaged_stage_counts_as_unfinished(tmp_path: Path, damage: bytes) -> None:
    stages = Stages(tmp_path / "stages", "config")
    stages.save("spiking", {"rates": np.ones(3)})
    (tmp_path / "stages" / "spiking.npz").write_bytes(damage)
    assert stages.load("spiking") is None


def test_a_pipe_in_place_of_a_stage_is_not_waited_for(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "stages", "config")
    os.mkfifo(stages.folder() / "spiking.npz")
    assert stages.load("spiking") is None


def test_python_objects_are_refused(tmp_path: Path) -> None:
    stages = Stages(tmp_path / "stages", "config")
    with pytest.raises(ValueError, match="Python objects"):
        stages.save("spiking", {"x": np.array([{}], dtype=object)})
    assert stages.load("spiking") is None


@pytest.mark.parametrize("name", ["../x", "a/b", ""])
def test_a_name_cannot_leave_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="stage"):
        Stages(tmp_path / "stages", "config").save(name, {"x": 1.0})


def test_stages_of_another_version_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Stages(tmp_path / "stages", "config").save("spiking", {"x": 1.0})
    monkeypatch.setattr(bridge.files.stages, "__version__", "99")
    with pytest.raises(RunFolderError, match="another version"):
        Stages(tmp_path / "stages", "config").open(keep=True, discard=False)
