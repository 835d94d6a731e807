"""The sets of test stimuli beside the main one."""

from bridge.column.column import Column
from bridge.errors import InputError
from validation.config.sections import ProtocolConfig
from validation.experiment.sets.perturbations import perturbations
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.experiment.sets.task_trials import task_trials
from validation.experiment.trained.trained_run import TrainedRun


def build_sets(
    column: Column, config: ProtocolConfig, trained: TrainedRun | None = None
) -> tuple[tuple[StimulusSet, ...], tuple[str, ...]]:
    """Return the sets that a configuration asks for.

    Parameters
    ----------
    column
        The column.
    config
        Section ``protocol``.
    trained
        The run whose weights the column has, if any.

    Returns
    -------
    sets, notes
        The sets; and a sentence where the column cannot have one of them.
    """
    sets: list[StimulusSet] = []
    notes: list[str] = []
    perturbed = perturbations(column, config.perturbed, bin_ms=config.bin_ms)
    if perturbed is not None:
        sets.append(perturbed)
    elif config.perturbed:
        notes.append(
            f"No perturbation is judged: the column has none of "
            f"{', '.join(config.perturbed)}."
        )
    try:
        sets += task_trials(
            column,
            config.tasks,
            config.trials_per_task,
            bin_ms=config.bin_ms,
            trained=trained,
        )
    except InputError as error:
        notes.append(f"No task trial is judged: {error}.")
    return tuple(sets), tuple(notes)
