"""From the number of a trial to what the network gets and what is right."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.errors import InputError
from bridge.stimulus.input_channels import InputChannels
from bridge.stimulus.movie import Movie
from ratemodel.readout import answer_weights
from ratemodel.tasks.task_set import TaskSet
from ratemodel.tasks.trials import Task


@dataclass(frozen=True)
class TrialTiming:
    """The time base that all trials of a run share.

    Attributes
    ----------
    dt_ms
        Step of the network, ms.
    frame_ms
        Longest time, in whole ms, of which everything shown is a multiple, ms.
    n_steps
        Steps of a trial: until the last answer window of all tasks closes.
    steps_per_bin
        Steps of which all answer windows consist.
    """

    dt_ms: float
    frame_ms: float
    n_steps: int
    steps_per_bin: int

    @property
    def duration_ms(self) -> float:
        """Duration of a trial, ms."""
        return self.n_steps * self.dt_ms


def time_trials(tasks: TaskSet, dt_ms: float) -> TrialTiming:
    """Return the time base of some tasks.

    Parameters
    ----------
    tasks
        The tasks.
    dt_ms
        Step of the network, ms.

    Raises
    ------
    InputError
        If an answer window or a frame is not a whole number of steps.
    """
    drawn = [task.draw("train", np.arange(1)) for task in tasks.tasks.values()]
    end_ms = max(trials.last_answer_ms for trials in drawn)
    frame_ms = math.gcd(*(trials.movie.common_frame_ms for trials in drawn))
    edges = np.unique(
        np.concatenate([[end_ms], *(trials.answer_ms.ravel() for trials in drawn)])
    )
    for what, times in (("answer window", edges), ("frame", np.array([frame_ms]))):
        steps = times / dt_ms
        if not np.allclose(steps, np.rint(steps), rtol=0.0, atol=1e-6):
            bad = times[np.argmax(np.abs(steps - np.rint(steps)))]
            raise InputError(
                f"model.dt_ms {dt_ms:g}: the {what} at {bad:g} ms is not a whole "
                "number of steps"
            )
    if end_ms % frame_ms:
        frame_ms = math.gcd(frame_ms, round(end_ms))
    whole = np.rint(edges / dt_ms).astype(int)
    return TrialTiming(
        dt_ms, float(frame_ms), int(whole.max()), int(np.gcd.reduce(whole))
    )


@dataclass(frozen=True)
class Batch:
    """Some trials as tensors.

    Attributes
    ----------
    input_hz
        Rates of the input channels, Hz, ``(n_samples, n_channels, batch)``.
    answer
        Weight of every bin in each trial's answer, ``(batch, n_bins)``.
    label, task_id
        Right answers and tasks, ``(batch,)``.
    """

    input_hz: Tensor
    answer: Tensor
    label: Tensor
    task_id: Tensor


class TrialSource:
    """Draws trials by number and turns them into input rates.

    Parameters
    ----------
    tasks
        The tasks.
    timing
        Their time base.
    channels
        Turns movies into rates, every ``sample_ms``.
    sample_ms
        Time step of the channels, ms: a multiple of ``timing.dt_ms``.
    """

    def __init__(
        self,
        tasks: TaskSet,
        timing: TrialTiming,
        channels: InputChannels,
        sample_ms: float,
    ) -> None:
        self.tasks, self.timing, self.channels = tasks, timing, channels
        self.steps_per_sample = round(sample_ms / timing.dt_ms)
        self._n_samples = round(timing.duration_ms / sample_ms)

    def draw(
        self, split: str, numbers: NDArray[np.int64], task: Task | None = None
    ) -> Batch:
        """Return trials by number.

        Parameters
        ----------
        split
            ``"train"``, ``"validation"`` or ``"test"``.
        numbers
            Which trials, ``(batch,)``.
        task
            Only of this task; of all, taking turns, where it is left out.
        """
        draw: Callable = self.tasks.draw if task is None else task.draw
        trials = draw(split, numbers)
        movie = _until(trials.movie, self.timing.duration_ms)
        rates = self.channels(movie)[:, : self._n_samples]
        timing = self.timing
        weights = answer_weights(
            trials.answer_ms,
            timing.dt_ms * timing.steps_per_bin,
            timing.n_steps // timing.steps_per_bin,
        )
        return Batch(
            torch.from_numpy(np.ascontiguousarray(rates.transpose(1, 2, 0))),
            torch.from_numpy(weights),
            torch.from_numpy(trials.label),
            torch.from_numpy(trials.task_id),
        )


def _until(movie: Movie, end_ms: float) -> Movie:
    """Return the movie with grey at its end where it is too short."""
    missing_ms = end_ms - movie.duration_ms
    if missing_ms <= 0.0:
        return movie
    grey = np.zeros_like(movie.frames[:, :1])
    return Movie(
        np.concatenate([movie.frames, grey], axis=1),
        np.append(movie.durations_ms, missing_ms),
    )
