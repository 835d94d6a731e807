"""``v1bridge evaluate``: the accuracy of a trained network on a split."""

from pathlib import Path
from typing import Any

from bridge.errors import InputError
from bridge.files.json_file import write_json
from bridge.files.run.out import check_new_file
from bridge.files.run_folder import CONFIG
from bridge.progress import Progress, task
from bridge.reduction.parameters_file import FILE_NAME, read_parameters
from bridge.stimulus.images.split import SPLITS
from ratemodel.network.device import choose_device, resolve_device
from ratemodel.training.accuracy import Accuracy, measure_accuracy
from ratemodel.training.setup import build_network, build_source, weight_rules
from ratemodel.training.trainable_network import TrainableNetwork
from ratemodel.trials.trial_source import TrialSource
from validation.commands.progress_bar import ProgressBar
from validation.config.train import LONGEST_STEP_MS, merged_train_config
from validation.experiment.trained.trained_run import require_finished
from validation.experiment.trained.trained_weights import read_trained_weights
from validation.terminal import PlainConsole
from validation.training.accuracy_table import accuracy_table, validated_sentence
from validation.training.training_run import RESULTS


def evaluate_run(
    run: Path,
    split: str,
    n_trials: int,
    out: Path | None,
    dt_ms: float | None = None,
    device: str = "cpu",
) -> dict[str, Any]:
    """Measure and show the accuracy of a trained network.

    Parameters
    ----------
    run
        Folder of ``v1bridge train``.
    split
        One of :data:`~bridge.stimulus.images.split.SPLITS`.
    n_trials
        Trials of each task at the most.
    out
        JSON file for the result, or None.
    dt_ms
        Step, ms; that of the training where it is left out.
    device
        ``"cpu"``, ``"cuda"`` or ``"auto"``.

    Returns
    -------
    dict
        What the file holds.

    Raises
    ------
    InputError
        If the folder holds no finished training, or a file was changed.
    """
    if split not in SPLITS:
        raise InputError(f"--split {split}: choose one of {', '.join(SPLITS)}")
    if dt_ms is not None and not 0.0 < dt_ms <= LONGEST_STEP_MS:
        most = f"{LONGEST_STEP_MS:g}"
        raise InputError(f"--dt-ms {dt_ms:g}: must be above 0 and at most {most}")
    resolve_device(choose_device(device))
    if out is not None:
        check_new_file(out, {"RUN": run})
    with ProgressBar() as progress:
        network, source, facts = trained_network(
            run, progress, dt_ms, choose_device(device)
        )
        names = list(source.tasks.tasks)
        with task(progress, split, float(n_trials * len(names))):
            found: dict[str, Accuracy] = measure_accuracy(
                network, source, split, n_trials, lambda n: progress.advance(split, n)
            )
    images = dict(source.tasks.images)
    result = {
        "run": str(run),
        "split": split,
        "images": images,
        "accuracy": {name: own.to_json() for name, own in found.items()},
        "certified": facts,
    }
    console = PlainConsole()
    for line in dict.fromkeys(images.values()):
        console.print(line, soft_wrap=True)
    console.print(accuracy_table(result["accuracy"]))  # type: ignore[arg-type]
    console.print(validated_sentence(result), soft_wrap=True)
    if out is not None:
        write_json(out, result)
        console.print(f"Written to {out}", soft_wrap=True)
    return result


def trained_network(
    run: Path, progress: Progress, dt_ms: float | None = None, device: str = "cpu"
) -> tuple[TrainableNetwork, TrialSource, dict[str, Any]]:
    """Return a trained network, its trials, and what vouched for it.

    Parameters
    ----------
    run
        Folder of ``v1bridge train``.
    progress
        Receives the progress of a download.
    dt_ms
        Step, ms; that of the training where it is left out.
    device
        Torch device of the network.

    Raises
    ------
    InputError
        If the folder holds no finished training, or a file was changed.
    """
    require_finished(run, RESULTS)
    config = merged_train_config(run / CONFIG, {})
    parameters = read_parameters(run / FILE_NAME)
    kept = read_trained_weights(run)
    model = kept.model
    certified = kept.certified
    if dt_ms is not None:
        certified = _certified_at(dt_ms, certified)
        model = model.with_step(dt_ms)
    source = build_source(config.tasks, config.input, model.dt_ms, progress)
    network = build_network(
        parameters,
        model,
        weight_rules(parameters, config.scenario.choose()),
        source,
        config.readout,
        device=device,
    )
    try:
        network.take_weights(kept.weights_pa)
    except InputError as error:
        raise InputError(f"{run}: {error}") from None
    try:
        network.readouts.load_state_dict(kept.readouts)
    except RuntimeError:  # torch's message has many lines
        raise InputError(
            f"{run}: its readouts are not of the tasks and classes of its {CONFIG}; "
            "have the images been replaced since?"
        ) from None
    return network, source, certified


def _certified_at(dt_ms: float, certified: dict[str, Any]) -> dict[str, Any]:
    """Return what vouches for the network at a step that may be another."""
    own = certified.get("dt_ms")
    if not certified["validated"] or own == dt_ms:
        return certified
    is_stated = isinstance(own, int | float)
    step = f"dt {own:g} ms" if is_stated else "a step that is not stated"
    why = f"certified at {step}, evaluated at {dt_ms:g} ms"
    return {"validated": False, "why_not": why}
