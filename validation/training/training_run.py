"""One training: the network, the loop with its checkpoints, the files of the run."""

import json
from collections.abc import Callable
from typing import Any

import torch

from bridge.files.json_file import write_json
from bridge.files.provenance import collect_provenance
from bridge.files.run_folder import CONFIG, RunFolder
from bridge.files.written_file import copy_file, copy_folder, write_text
from bridge.progress import Progress, task
from bridge.reduction.parameters_file import FILE_NAME, write_parameters
from ratemodel.connections.product_precision import product_precision
from ratemodel.network.device import choose_device, device_name
from ratemodel.training.accuracy import measure_accuracy
from ratemodel.training.checkpoint import Checkpoints, write_tensors
from ratemodel.training.config import TrainingConfig
from ratemodel.training.processes import Processes
from ratemodel.training.setup import (
    build_network,
    build_source,
    untrained_parameters,
    weight_rules,
)
from ratemodel.training.trainer import Trainer
from ratemodel.training.training_log import NAME as LOG
from ratemodel.training.training_log import TrainingLog
from ratemodel.trials.trial_source import TrialSource
from validation.config.train import TrainConfig
from validation.experiment.column import provenance_of
from validation.experiment.memory import require_memory_of_training
from validation.experiment.trained.trained_weights import WEIGHTS
from validation.training.certified import Certified

RESULTS = "results.json"
"""File of the accuracies in the run folder."""


def make_source(config: TrainConfig) -> TrialSource:
    """Return the trials that a configuration asks for."""
    return build_source(config.tasks, config.input, config.model.step_ms)


def make_trainer(
    config: TrainConfig,
    certified: Certified,
    source: TrialSource,
    processes: Processes,
) -> Trainer:
    """Return the training that a configuration asks for, at its beginning."""
    scenario, parameters = certified.scenario, certified.parameters
    if certified.start is None:
        parameters = untrained_parameters(
            parameters,
            scenario,
            source.channels.n_channels,
            scenario_seed=config.scenario.seed,
            wiring_seed=config.input.seed,
        )
    device = choose_device(config.training.device)
    if device == "cpu":
        timing = source.timing
        n_steps = round(timing.longest_ms / timing.dt_ms)
        require_memory_of_training(
            parameters,
            config.training,
            n_steps,
            processes.world,
            has_membrane="membrane" in certified.model.extensions,
        )
    with product_precision(_precision(config.training, device)):
        network = build_network(
            parameters,
            certified.model,
            weight_rules(parameters, scenario),
            source,
            config.readout,
            segment_steps=config.training.segment_steps,
            device=device,
        )
    return Trainer(
        network,
        source,
        parameters,
        config.training,
        facts=_facts(certified),
        processes=processes,
    )


def _precision(training: TrainingConfig, device: str) -> str:
    """Return the precision in effect: on a CPU there are no tensor cores."""
    return training.precision if device == "cuda" else "float32"


def run_trainer(
    trainer: Trainer, log: TrainingLog | None, progress: Progress | None = None
) -> None:
    """Train at the precision of the configuration."""
    with product_precision(_precision(trainer.config, trainer.network.device.type)):
        trainer.run(log, progress)


def _facts(certified: Certified) -> dict[str, str]:
    """Return what every file of weights says about where they come from."""
    return {
        "certified": json.dumps(certified.to_json(), sort_keys=True),
        "model": certified.model.model_dump_json(),
    }


def run_with_checkpoints(
    trainer: Trainer,
    folder: RunFolder,
    resume: bool,
    progress: Progress,
    say: Callable[[str], None],
) -> None:
    """Train, from the last checkpoint where a run is resumed.

    Parameters
    ----------
    trainer
        The training.
    folder
        Open run folder, in whose stages checkpoints and log lie.
    resume
        Continue.
    progress
        Receives the progress.
    say
        Receives a line for each damaged checkpoint.
    """
    stage = folder.stages.folder()
    trainer.checkpoints = Checkpoints(stage)
    if resume:
        checkpoint, damaged = trainer.checkpoints.latest()
        for line in damaged:
            say(f"{line}; the one before it is used")
        if checkpoint is not None:
            trainer.restore(checkpoint)
    log = TrainingLog(stage, trainer.step)
    try:
        run_trainer(trainer, log, progress)
    finally:
        log.close()


def write_training(
    trainer: Trainer,
    config: TrainConfig,
    certified: Certified,
    folder: RunFolder,
    progress: Progress,
) -> dict[str, Any]:
    """Test the network and write everything into the staging area."""
    n_trials = config.training.test_trials
    with task(progress, "test", float(n_trials * len(config.tasks.tasks))):
        found = measure_accuracy(
            trainer.network,
            trainer.source,
            "test",
            n_trials,
            lambda n: progress.advance("test", n),
        )
    results = {
        "test": {name: own.to_json() for name, own in found.items()},
        "steps": trainer.step,
        "trials": trainer.step * config.training.batch,
        "minutes": trainer.seconds / 60.0,
        "processes": trainer.processes.world,
        "threads": torch.get_num_threads(),
        "device": device_name(trainer.network.device),
        "precision": _precision(config.training, trainer.network.device.type),
        "images": dict(trainer.source.tasks.images),
        "certified": certified.to_json(),
    }
    staging = folder.staging
    with torch.no_grad():
        tensors = {f"{k}_pa": w.cpu() for k, w in trainer.network.weights_pa().items()}
    tensors |= {
        f"readouts.{name}": value.cpu()
        for name, value in trainer.network.readouts.state_dict().items()
    }
    write_tensors(staging / WEIGHTS, tensors, _facts(certified))
    write_parameters(trainer.parameters, staging / FILE_NAME)
    if certified.certificate is not None:
        certified.certificate.write(staging / "certificate.json")
    stage = folder.stages.folder()
    copy_file(stage / LOG, staging / LOG)
    if (stage / "tensorboard").is_dir():
        copy_folder(stage / "tensorboard", staging / "tensorboard")
    write_json(staging / RESULTS, results)
    provenance = collect_provenance() | provenance_of(certified.reading)
    write_json(staging / "provenance.json", provenance)
    write_text(staging / CONFIG, config.to_toml())
    return results
