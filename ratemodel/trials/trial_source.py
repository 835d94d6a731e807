"""From the number of a trial to what the network gets and what is right."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bridge.arrays import IntArray
from bridge.errors import InputError
from bridge.stimulus.input_channels import InputChannels
from bridge.stimulus.movie import Movie
from ratemodel.readout.answer_window import answer_weights
from ratemodel.tasks.task_set import TaskSet


@dataclass(frozen=True)
class TrialTiming:
    """The time base that all trials of a run share.

    Attributes
    ----------
    dt_ms
        Step of the network, ms.
    frame_ms
        Longest time, in whole ms, of which everything shown and every trial is a
        multiple, ms.
    steps_per_bin
        Steps of which all trials and answer windows consist.
    longest_ms
        Duration of the longest trial, ms.
    """

    dt_ms: float
    frame_ms: float
    steps_per_bin: int
    longest_ms: float

    @property
    def bin_ms(self) -> float:
        """Duration of a bin, ms."""
        return self.dt_ms * self.steps_per_bin


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
    frame_ms = math.gcd(*(trials.movie.common_frame_ms for trials in drawn))
    edges = np.unique([trials.answer_ms for trials in drawn])
    for what, times in (("answer window", edges), ("frame", np.array([frame_ms]))):
        steps = times / dt_ms
        if not np.allclose(steps, np.rint(steps), rtol=0.0, atol=1e-6):
            bad = times[np.argmax(np.abs(steps - np.rint(steps)))]
            raise InputError(
                f"model.dt_ms {dt_ms:g}: the {what} at {bad:g} ms is not a whole "
                "number of steps"
            )
    for trials in drawn:
        end_ms = trials.answer_ms[1]
        if not float(end_ms).is_integer():
            raise InputError(f"answer window: ends at {end_ms:g} ms, not a whole ms")
        frame_ms = math.gcd(frame_ms, int(end_ms))
    whole = np.rint(edges / dt_ms).astype(int)
    steps_per_bin = int(np.gcd.reduce(whole))
    return TrialTiming(dt_ms, float(frame_ms), steps_per_bin, float(edges.max()))


@dataclass(frozen=True)
class Batch:
    """Some trials of one task as tensors.

    Attributes
    ----------
    task
        Name of the task.
    input_hz
        Rates of the input channels until the answer window closes, Hz,
        ``(n_samples, n_channels, batch)``.
    answer
        Weight of every bin in the answer, ``(n_bins,)``.
    label
        Right answers, ``(batch,)``.
    """

    task: str
    input_hz: Tensor
    answer: Tensor
    label: Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the batch on a device."""
        return Batch(
            self.task,
            self.input_hz.to(device),
            self.answer.to(device),
            self.label.to(device),
        )


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
        self._sample_ms = sample_ms
        self.steps_per_sample = round(sample_ms / timing.dt_ms)

    def draw(self, split: str, task: str, numbers: IntArray) -> Batch:
        """Return trials by number, until their answer window closes.

        Parameters
        ----------
        split
            ``"train"``, ``"validation"`` or ``"test"``.
        task
            Name of the task.
        numbers
            Which trials, ``(batch,)``.
        """
        trials = self.tasks.tasks[task].draw(split, numbers)
        end_ms, bin_ms = trials.answer_ms[1], self.timing.bin_ms
        rates = self.channels(_until(trials.movie, end_ms))
        weights = answer_weights(trials.answer_ms, bin_ms, round(end_ms / bin_ms))
        n_samples = round(end_ms / self._sample_ms)
        return Batch(
            task,
            torch.from_numpy(np.ascontiguousarray(rates[:n_samples])),
            torch.from_numpy(weights),
            torch.from_numpy(trials.label),
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
