"""What a command makes of an input, without the minutes of work that come after.

Each takes the folder of :func:`samples.write_samples` and returns a text that differs
where the result would differ.
"""

import contextlib
import io
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

from samples import N_CELLS, STAGES

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.files.hashing import content_hash
from bridge.files.stages import Stages
from bridge.stimulus.images.load import load_images
from bridge.stimulus.lgn.spikes import read_lgn_spikes
from ratemodel.training.checkpoint import Checkpoints
from validation.cli.app import app
from validation.cli.main import main
from validation.config.column import BuiltColumn, FileColumn
from validation.config.sweep import read_sweep
from validation.config.train import TrainConfig, merged_train_config
from validation.config.validate import merged_config
from validation.experiment.column import load_column
from validation.training.certified import certified_model


def outcome(reading: Any, folder: Path) -> dict[str, Any]:
    """Return exit code, result and messages of a reading, as the command ends it.

    Parameters
    ----------
    reading
        One of the functions below.
    folder
        What it reads.
    """
    results: list[str] = []

    def instead(*words: Any, **options: Any) -> int:
        results.append(reading(folder))
        return 0

    out, err = io.StringIO(), io.StringIO()
    code: Any = "no exit"
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch("validation.cli.main.app", instead),
    ):
        try:
            main(["read"])
        except SystemExit as end:
            code = end.code or 0
        except BaseException as error:  # what a user would see as a traceback
            code = f"{type(error).__name__}: {error}"
    said = err.getvalue().replace(str(folder), "")
    return {"code": code, "result": results[0] if results else "", "said": said}


def run_command(*words: str) -> str:
    """Run a command as it is; return what it prints."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        app(words, prog_name="v1bridge", standalone_mode=False)
    return out.getvalue()


def column(folder: Path) -> str:
    """Read the column by its circuit configuration."""
    return load_column(FileColumn(path=str(folder / "column"))).hash


def column_of_simulation(folder: Path) -> str:
    """Read the column by its simulation configuration."""
    path = folder / "column" / "simulation_config.json"
    return load_column(FileColumn(path=str(path))).hash


def lgn_spikes(folder: Path) -> str:
    """Read the LGN spikes that lie with the column."""
    path = folder / "column" / "inputs" / "lgn_spikes.h5"
    spikes = read_lgn_spikes(path, _good_column().lgn)
    return content_hash({"times_ms": spikes.times_ms, "rows": spikes.rows})


def certificate(folder: Path) -> str:
    """Check the certificate against the column."""
    path = folder / "run" / "certificates" / "low_pass.json"
    return run_command("check", str(path), "--size", str(N_CELLS))


def certified(folder: Path) -> str:
    """Ask the gate whether the column may be trained."""
    path = folder / "run" / "certificates" / "low_pass.json"
    sections = {"column": {"size": N_CELLS}, "model": {"certificate": str(path)}}
    found = certified_model(TrainConfig.parse(sections, "options"))
    return found.parameters.reduction_hash


def trained_column(folder: Path) -> str:
    """Give the column the weights of a training."""
    config = BuiltColumn(size=N_CELLS, weights=str(folder / "trained"))
    return load_column(config).hash


def report(folder: Path) -> str:
    """Show the report of a run."""
    return run_command("report", str(folder / "run"))


def criteria(folder: Path) -> str:
    """Show the criteria with those of a file."""
    return run_command("criteria", str(folder / "configs" / "criteria.toml"))


def validate_config(folder: Path) -> str:
    """Read the configuration of a validation."""
    return merged_config(folder / "configs" / "validate.toml", {}).to_toml()


def train_config(folder: Path) -> str:
    """Read the configuration of a training."""
    return merged_train_config(folder / "configs" / "train.toml", {}).to_toml()


def grid(folder: Path) -> str:
    """Read the grid of a sweep."""
    jobs = read_sweep(folder / "configs" / "grid.toml")
    return "\n".join(f"{job.name}\n{job.config.to_toml()}" for job in jobs)


def sweep(folder: Path) -> str:
    """Make the table of a sweep that is complete."""
    path = folder / "configs" / "grid.toml"
    return run_command("sweep", str(path), "--out", str(folder / "sweep"))


def stages(folder: Path) -> str:
    """Load a finished stage; one that is damaged is computed again."""
    with_checkpoints = Stages(folder / "stages", STAGES)
    with_checkpoints.open(keep=True, discard=False)
    arrays = with_checkpoints.load("reference")
    return "again" if arrays is None else content_hash(arrays)


def checkpoint(folder: Path) -> str:
    """Load the last checkpoint; one that is damaged is named, and not used."""
    found, damaged = Checkpoints(folder / "checkpoints").latest()
    if found is None:
        return "again" if len(damaged) == 1 else "lost"
    arrays = {name: value.numpy() for name, value in found.tensors.items()}
    return content_hash({**arrays, "facts of it": found.facts})


def images(folder: Path, name: str) -> str:
    """Load images with their labels, classes and split."""
    found = vars(load_images(str(folder / "images" / name)))
    return content_hash({k: v for k, v in found.items() if k != "name"})


@cache
def _good_column() -> Column:
    return build_column(N_CELLS, 1)
