"""Good inputs of every kind that the commands read, small, for the mutations."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from bridge.certificate.scores import Scores
from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.files.run_folder import CONFIG, open_run_folder
from bridge.files.stages import Stages
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import write_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.sonata.write import write_sonata
from bridge.stimulus.scenes.blank import blank
from ratemodel.training.checkpoint import Checkpoints, write_tensors
from validation.config.sweep import read_sweep
from validation.config.train import merged_train_config
from validation.config.validate import merged_config
from validation.measures.criteria import criteria_toml, load_criteria
from validation.training.certificate_choice import with_certificate
from validation.training.inputs import training_hashes
from validation.training.train import COMMAND

sys.path.append(str(Path(__file__).parents[1]))
from sample_certificate import certificate_of

N_CELLS = 20
STAGES = "stages of a run"
"""What the checkpoints belong to."""

_RUN = f"""\
[column]
size = {N_CELLS}
seed = 1
[model]
unvalidated = true
[tasks]
tasks = ["orientation"]
[input]
use_lgn = false
[training]
steps = 2
"""
_GRID = f"""\
[grid]
scenarios = ["default"]
sizes = [{N_CELLS}]
lgn = [false]
seeds = [1]
[train.model]
unvalidated = true
[train.tasks]
tasks = ["orientation"]
[train.training]
steps = 2
"""
_MODEL = RateModel.of_form("low_pass", "extended", 1.5, 2.0)


def write_samples(folder: Path) -> None:
    """Write good inputs of every kind.

    Parameters
    ----------
    folder
        An empty folder; gets ``column``, ``run`` (of a validation), ``trained``,
        ``sweep``, ``stages``, ``checkpoints``, ``images`` and ``configs``.
    """
    column = build_column(N_CELLS, 1)
    parameters = reduce_column(
        column, theoretical_data(column, "noise_free")
    ).parameters
    _write_column(column, folder / "column")
    _write_validation(column, parameters, folder / "run")
    _write_configs(folder / "configs")
    _write_training(column, parameters, folder / "trained")
    _write_sweep(folder)
    _write_checkpoints(folder)
    _write_images(folder / "images")


def _write_column(column: Column, folder: Path) -> None:
    write_sonata(
        column, folder, stimulus=blank(column.lgn, duration_ms=200.0), input_ms=200.0
    )


def _write_validation(column: Column, parameters: RateParameters, folder: Path) -> None:
    (folder / "certificates").mkdir(parents=True)
    judged = {
        "name": _MODEL.name,
        "model": _MODEL,
        "verdict": "strict",
        "pass_fraction": {"default": 0.9},
        "firing": ["e23"],
        "judged": ["e23"],
        "populations": {},
        "classes": {},
    }
    scores = Scores.model_validate(judged)
    certificate_of(
        _MODEL, column.hash, parameters.reduction_hash, "strict", scores=scores
    ).write(folder / "certificates" / "low_pass.json")
    write_parameters(parameters, folder / "parameters.npz")
    report = {
        "format": "v1bridge-report-3",
        "column": {
            "name": column.name,
            "hash": column.hash,
            "n_neurons": column.n_cells,
            "n_edges": column.recurrent.n_edges,
            "populations": {"e23": 5},
        },
        "protocol": {
            "calibration": ["steps"],
            "test": ["flash"],
            "duration_ms": 2500.0,
            "drop_ms": 500.0,
            "bin_ms": 10.0,
            "seeds": [1, 2],
            "trials": {"per_seed": 4, "cap": 4, "enough": False},
            "device": "numpy",
            "spiking_dt_ms": 0.1,
            "rate_dt_ms": [0.5],
        },
        "reduction": {"method": "siegert", "hash": parameters.reduction_hash},
        "variants": {_MODEL.name: scores.model_dump(mode="json")},
        "best": _MODEL.name,
        "controls": {},
        "reliable": False,
        "timings": {"column": 0.1},
    }
    (folder / "report.json").write_text(json.dumps(report, indent=1))


def _write_training(column: Column, parameters: RateParameters, folder: Path) -> None:
    folder.mkdir()
    write_parameters(parameters, folder / "parameters.npz")
    weights = {
        "recurrent_pa": torch.tensor(1.25 * column.recurrent.weight_pa),
        "input_pa": torch.tensor(column.lgn_edges.weight_pa),
    }
    facts = {
        "certified": json.dumps({"validated": False}),
        "model": _MODEL.model_dump_json(),
    }
    write_tensors(folder / "weights.safetensors", weights, facts)
    (folder / CONFIG).write_text(_RUN)


def _write_configs(folder: Path) -> None:
    folder.mkdir()
    options = {"column": {"size": N_CELLS}}
    (folder / "validate.toml").write_text(merged_config(None, options).to_toml())
    (folder / "run.toml").write_text(_RUN)
    whole = merged_train_config(folder / "run.toml", {}).to_toml()
    (folder / "train.toml").write_text(whole)
    (folder / "grid.toml").write_text(_GRID)
    (folder / "criteria.toml").write_text(criteria_toml(load_criteria(None)))


def _write_sweep(folder: Path) -> None:
    """Write the folder of a sweep whose only run is complete."""
    (job,) = read_sweep(folder / "configs" / "grid.toml")
    job = replace(job, config=with_certificate(job.config))
    results = {
        "test": {"orientation": {"right": 90, "n_trials": 100, "accuracy": 0.9}},
        "certified": {"validated": False, "why_not": "no certificate was given"},
        "minutes": 2.0,
    }
    config = job.config.to_toml()
    out, hashes = folder / "sweep" / job.name, training_hashes(job.config, None)
    with open_run_folder(out, config, command=COMMAND, inputs=hashes) as run:
        (run.staging / "results.json").write_text(json.dumps(results, indent=1))
        (run.staging / CONFIG).write_text(config)
        run.commit()


def _write_checkpoints(folder: Path) -> None:
    rng = np.random.default_rng(1)
    stages = Stages(folder / "stages", STAGES)
    names = np.array(["a", "µ"])
    stages.save("reference", {"rates": rng.random((4, 5)), "names": names})
    tensors = {"weights": torch.tensor(rng.random(50)), "step": torch.tensor(3.0)}
    Checkpoints(folder / "checkpoints").save(3, tensors, {"seconds": "1.5"})


def _write_images(folder: Path) -> None:
    rng = np.random.default_rng(2)
    folder.mkdir()
    images = rng.integers(0, 256, (24, 8, 8), dtype=np.uint8)
    labels = np.arange(24) % 3
    is_test, names = np.arange(24) >= 12, np.array(["a", "b", "c"])
    arrays = {"images": images, "labels": labels}
    arrays |= {"is_test": is_test, "class_names": names}
    np.savez(folder / "plain.npz", **arrays)
    np.savez_compressed(folder / "packed.npz", **arrays)
    (folder / "mnist").mkdir()
    for name, part in (("train", slice(0, 12)), ("t10k", slice(12, 24))):
        for kind, values in (
            ("images-idx3", images[part]),
            ("labels-idx1", labels[part].astype(np.uint8)),
        ):
            shape = np.array(values.shape, dtype=">u4").tobytes()
            content = bytes([0, 0, 8, values.ndim]) + shape + values.tobytes()
            (folder / "mnist" / f"{name}-{kind}-ubyte").write_bytes(content)
