"""What a training reads counts by its content, not by its path alone."""

from pathlib import Path

import numpy as np
import pytest

import v1bridge as vb
from bridge.errors import (
    CertificateError,
    InputError,
    RunFolderError,
    V1BridgeError,
)
from validation.config.train import TrainConfig
from validation.training.inputs import training_hashes, training_paths

SMALL = {
    "column": {"size": 60},
    "model": {"unvalidated": True, "dt_ms": 5.0},
    "tasks": {"tasks": ["classification"]},
    "readout": {"pool_size": 2},
    "training": {"steps": 1, "batch": 2, "validation_trials": 2, "test_trials": 2},
}


def write_images(path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.integers(0, 256, (80, 8, 8), dtype=np.uint8)
    np.savez(path, images=images, labels=np.arange(80) % 4)


@pytest.fixture
def config(tmp_path: Path) -> TrainConfig:
    """Return a configuration whose every input is a file of two letters."""
    run = tmp_path / "run"
    for name in (
        "run/certificates/a.json",
        "run/parameters.npz",
        *(f"start/{n}" for n in ("config.toml", "parameters.npz")),
        "start/weights.safetensors",
        "images/train-images-idx3-ubyte",
        "images/train-labels-idx1-ubyte",
        "one.npz",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("ab")
    content = {
        "model": {"certificate": str(run / "certificates/a.json")},
        "training": {"start": str(tmp_path / "start")},
        "tasks": {
            "tasks": ["classification", "change"],
            "classification": {"images": str(tmp_path / "images")},
            "change": {"images": str(tmp_path / "one.npz")},
        },
    }
    return TrainConfig.parse(content, "test")


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("run/certificates/a.json", "model.certificate"),
        ("run/parameters.npz", "model.validation"),
        ("start/config.toml", "training.start"),
        ("start/parameters.npz", "training.start"),
        ("start/weights.safetensors", "training.start"),
        ("images/train-images-idx3-ubyte", "tasks.classification.images"),
        ("images/train-labels-idx1-ubyte", "tasks.classification.images"),
        ("one.npz", "tasks.change.images"),
    ],
)
def test_every_input_counts(config: TrainConfig, tmp_path: Path, name: str, key: str):
    before = training_hashes(config, "column")
    assert training_hashes(config, "column") == before
    (tmp_path / name).write_text("ba")
    after = training_hashes(config, "column")
    changed = [found.split(" ")[0] for found in before if before[found] != after[found]]
    assert changed == [key]
    assert set(training_paths(config)) == {found.split(" ")[0] for found in before}


def test_a_column_of_files_counts_by_its_hash(tmp_path: Path):
    vb.write_sonata(vb.build_column(60), tmp_path / "net", input_ms=0.0)
    content = {
        "column": {"path": str(tmp_path / "net")},
        "model": {"unvalidated": True},
    }
    config = TrainConfig.parse(content, "test")
    name = f"column.path ({tmp_path / 'net'})"
    assert training_hashes(config, "one") == {name: "one"}
    assert "column.path" in training_paths(config)


def test_images_that_are_named_are_of_the_version():
    config = TrainConfig.parse({"model": {"unvalidated": True}}, "test")
    assert training_hashes(config, "column") == training_paths(config) == {}


def test_a_training_with_other_images_is_not_resumed(tmp_path: Path, one_torch_thread):
    images = tmp_path / "images.npz"
    write_images(images, 0)
    tasks = {**SMALL["tasks"], "classification": {"images": str(images)}}
    config = {**SMALL, "tasks": tasks}
    vb.train(tmp_path / "run", config)
    with pytest.raises(InputError, match="is complete already"):
        vb.train(tmp_path / "run", config, existing="resume")
    write_images(images, 1)
    with pytest.raises(RunFolderError, match=r"classification\.images .* changed"):
        vb.train(tmp_path / "run", config, existing="resume")


@pytest.mark.parametrize(
    ("images", "said"),
    [("none.npz", "no such file or folder"), ("mnist", "the gate is shut")],
)
def test_images_are_refused_before_the_column_is_reduced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, images: str, said: str
):
    def shut(config: TrainConfig):
        raise CertificateError("the gate is shut")

    monkeypatch.setattr("validation.training.train.certified_model", shut)
    tasks = {**SMALL["tasks"], "classification": {"images": images}}
    with pytest.raises(V1BridgeError, match=said):  # nothing is fetched before that
        vb.train(tmp_path / "run", {**SMALL, "tasks": tasks})
