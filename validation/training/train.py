"""A training into a run folder: the gate first, then the work, then the whole."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.existing import Existing, flags_of
from bridge.files.run.out import check_out
from bridge.files.run_folder import is_complete, open_run_folder
from bridge.progress import Progress, SilentProgress
from ratemodel.network.device import choose_device, resolve_device
from ratemodel.training.processes import expected_processes, join_processes
from validation.config.train import TrainConfig, merged_train_config
from validation.training.certificate_choice import with_certificate
from validation.training.certified import certified_model
from validation.training.inputs import (
    downloads_images,
    training_hashes,
    training_paths,
)
from validation.training.start import start_weights
from validation.training.training_run import (
    make_source,
    make_trainer,
    run_trainer,
    run_with_checkpoints,
    write_training,
)

COMMAND = "train"


def train(
    out: str | Path,
    config: str | Path | Mapping[str, Any],
    *,
    existing: Existing = "refuse",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Train a rate model that a certificate vouches for.

    Parameters
    ----------
    out
        Run folder; gets what ``v1bridge train`` writes.
    config
        TOML file, or sections and keys, such as ``{"model": {"certificate":
        "runs/first/certificates/low_pass.json", "tier": "lenient"}, "tasks":
        {"tasks": ["orientation"]}, "training": {"steps": 200}}``.
    existing
        What becomes of a result in the folder: ``"refuse"``, ``"overwrite"``, or
        ``"resume"``, which continues an interrupted training.
    progress
        Receives the progress.

    Returns
    -------
    dict
        Content of ``results.json``: accuracy by task, steps, what vouched for it.

    Raises
    ------
    V1BridgeError
        If any input cannot be used, before anything is computed; or training was
        stopped, or is complete already.
    """
    if isinstance(config, Mapping):
        checked = TrainConfig.parse(config, "train")
    else:
        checked = merged_train_config(Path(config), {})
    lines: list[str] = []
    results = train_in_folder(
        Path(out),
        None if isinstance(config, Mapping) else Path(config),
        checked,
        nullcontext(progress or SilentProgress()),
        lines.append,
        **flags_of(existing),
    )
    if results is None:
        raise InputError(" ".join(lines) or "training: another process has the results")
    return results


def train_in_folder(
    out: Path,
    config_path: Path | None,
    config: TrainConfig,
    progress: AbstractContextManager[Progress],
    say: Callable[[str], None],
    *,
    overwrite: bool = False,
    resume: bool = False,
) -> dict[str, Any] | None:
    """Train a network and put its folder in place.

    Parameters
    ----------
    out
        Run folder.
    config_path
        File that the configuration was read from; None where there is none.
    config
        The complete configuration.
    progress
        Entered once there is something to do; receives the progress.
    say
        Receives what there is to say meanwhile, line by line.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Returns
    -------
    dict or None
        Content of ``results.json``; None where the run is complete already, or
        another process writes the results.

    Raises
    ------
    V1BridgeError
        If any input cannot be used, before anything is computed; or training was
        stopped.
    """
    config = with_certificate(config)
    check_out(
        out,
        COMMAND,
        training_paths(config),
        config=config_path,
        overwrite=overwrite,
        resume=resume,
    )
    device = resolve_device(choose_device(config.training.device))
    if device.type == "cuda" and expected_processes() > 1:
        raise InputError(
            "training.device cuda: torchrun shares batches among processes on the CPU "
            "only; train with one process"
        )
    # Before the column is reduced, which takes long; once the gate is open, where
    # images would be downloaded.
    source = None if downloads_images(config) else make_source(config)
    certified = certified_model(config)
    start = start_weights(config, certified)
    with join_processes() as processes:
        trainer = make_trainer(
            config, certified, source or make_source(config), processes
        )
        if start is not None:
            trainer.network.take_weights(start)
        if not processes.is_first:
            run_trainer(trainer, None)
            return None
        with open_run_folder(
            out,
            config.to_toml(),
            command=COMMAND,
            inputs=training_hashes(config, certified.untrained_hash),
            overwrite=overwrite,
            resume=resume,
        ) as folder:
            if resume and is_complete(folder.path):
                if processes.world > 1:
                    raise InputError(f"{out}: is complete already; nothing to resume")
                say(f"{out} is complete already; nothing to resume.")
                return None
            if certified.reading is not None:
                say(certified.reading.line())
            for line in dict.fromkeys(trainer.source.tasks.images.values()):
                say(line)
            with progress as running:
                run_with_checkpoints(trainer, folder, resume, running, say)
                results = write_training(trainer, config, certified, folder, running)
            folder.commit()
    return results
