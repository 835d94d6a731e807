"""Trials of the training's tasks, from rest, at the drive that training uses."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.column.building.input_wiring import wire_channels
from bridge.column.column import Column
from bridge.column.lgn_cells import LgnCells
from bridge.stimulus.stimulus import Stimulus
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
from ratemodel.training.setup import build_source
from ratemodel.trials.input_channels import lgn_cells
from ratemodel.trials.input_config import InputConfig
from ratemodel.trials.trial_source import TrialSource
from validation.config.validate import STIMULUS_DT_MS
from validation.experiment.sets.stimulus_set import (
    InputWiring,
    StimulusSet,
    in_whole_bins_and_samples,
    lasting,
)
from validation.experiment.sets.task_settings import task_settings
from validation.experiment.trained.trained_run import TrainedRun

SPLIT = "validation"
"""Split that the trials are drawn from: those of the test stay unseen."""


def task_trials(
    column: Column,
    tasks: Sequence[str],
    n_trials: int,
    *,
    bin_ms: float,
    trained: TrainedRun | None = None,
) -> tuple[StimulusSet, ...]:
    """Return fixed trials of the tasks, with pixels and with the LGN's filters.

    Tasks, screen, channels and their wiring are those that ``v1bridge train`` has
    unless told otherwise; of a trained network its own, with the trained input
    weights. A trial starts from rest, nothing of it is dropped, and it ends with its
    answer window.

    Parameters
    ----------
    column
        The column.
    tasks
        Which of the tasks.
    n_trials
        Trials of each task and input, the first ones of the validation split.
    bin_ms
        Bin of the rates, ms; a trial is held on to the end of a bin that ends
        with a sample.
    trained
        The run whose weights the column has, if any.

    Returns
    -------
    tuple of StimulusSet
        One per input and duration.

    Raises
    ------
    InputError
        If the input channels cannot take the place of the column's LGN: such a
        column cannot be trained either. Or images cannot be used.
    """
    sets: list[StimulusSet] = []
    if trained is not None:
        config, kinds = trained.tasks, [trained.inputs]
        tasks = [name for name in config.tasks if name in tasks]
    else:
        config = TasksConfig(tasks=tuple(tasks) or tuple(TASKS))
        kinds = [InputConfig(use_lgn=use_lgn) for use_lgn in (False, True)]
    if not tasks:
        return ()
    for inputs in kinds:
        source = build_source(config, inputs, STIMULUS_DT_MS)
        wiring = _wiring(column, inputs, config, source, trained)
        word = "lgn" if inputs.use_lgn else "pixels"
        by_duration: dict[float, list[Stimulus]] = {}
        for task in tasks:
            for stimulus in _trials(source, task, word, n_trials):
                duration = in_whole_bins_and_samples(
                    stimulus.duration_ms, bin_ms, STIMULUS_DT_MS
                )
                own = by_duration.setdefault(duration, [])
                own.append(lasting(stimulus, duration))
        sets += [
            StimulusSet(
                f"tasks_{word}_{duration:g}ms",
                "task",
                tuple(stimuli),
                0.0,
                wiring,
                task_settings(config, inputs, tasks),
            )
            for duration, stimuli in by_duration.items()
        ]
    return tuple(sets)


def _wiring(
    column: Column,
    inputs: InputConfig,
    tasks: TasksConfig,
    source: TrialSource,
    trained: TrainedRun | None,
) -> InputWiring:
    n_channels = source.channels.n_channels
    if trained is None:
        edges = wire_channels(
            column.lgn_edges, column.population, n_channels, inputs.seed
        )
    else:
        weights = np.asarray(trained.input_pa, dtype=np.float64)
        edges = replace(trained.parameters.lgn_edges, weight_pa=weights)
    if inputs.use_lgn:
        return InputWiring(lgn_cells(inputs, tasks.screen), edges)
    return InputWiring(_pixel_cells(n_channels), edges)


def _pixel_cells(n: int) -> LgnCells:
    """Return cells that stand for pixels; a column only counts them."""
    return LgnCells(
        node_id=np.arange(n),
        cell_type=("pixel",) * n,
        x_deg=np.zeros(n),
        y_deg=np.zeros(n),
        tuning_angle_deg=np.full(n, np.nan),
        size_deg=np.ones(n),
    )


def _trials(source: TrialSource, task: str, word: str, n: int) -> list[Stimulus]:
    batch = source.draw(SPLIT, task, np.arange(n))
    steps = round(source.steps_per_sample * source.timing.dt_ms / STIMULUS_DT_MS)
    rates = np.repeat(batch.input_hz.numpy(), steps, axis=0)
    return [
        Stimulus(f"{task}_{word}_{k + 1}", STIMULUS_DT_MS, rates[:, :, k])
        for k in range(n)
    ]
