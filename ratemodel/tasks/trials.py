"""A batch of trials, whatever their task."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.stimulus.movie import Movie


@dataclass(frozen=True)
class Trials:
    """What is shown, what is right, and when the answer counts.

    Attributes
    ----------
    movie
        One movie per trial; trials of a short task end with grey.
    label
        The right answer, ``(batch,)``, int64.
    task_id
        Place of the trial's task in
        :data:`~ratemodel.tasks.config.TASK_NAMES`, ``(batch,)``, int64.
    answer_ms
        Start and stop of the answer window, ms, ``(batch, 2)``.
    """

    movie: Movie
    label: NDArray[np.int64]
    task_id: NDArray[np.int64]
    answer_ms: NDArray[np.float64]

    @property
    def n_trials(self) -> int:
        """Size of the batch."""
        return int(self.label.size)

    @property
    def last_answer_ms(self) -> float:
        """When the last answer window closes, ms: nothing later can matter."""
        return float(self.answer_ms[:, 1].max())


class Task(Protocol):
    """Makes trials. A trial depends on the seed, the split and its number only.

    So the trials of a batch can be shared out to processes, and a run can start
    again at any number.
    """

    @property
    def name(self) -> str:
        """One of :data:`~ratemodel.tasks.config.TASK_NAMES`."""

    @property
    def n_classes(self) -> int:
        """Number of possible answers."""

    def n_trials(self, split: str) -> int | None:
        """Return how many trials show every image of a split once.

        None where the stimuli are drawn and never run out.
        """

    def draw(self, split: str, numbers: NDArray[np.int64]) -> Trials:
        """Return trials by number.

        Parameters
        ----------
        split
            ``"train"``, ``"validation"`` or ``"test"``.
        numbers
            Which trials, ``(batch,)``, from 0 and without an end.
        """


def one_task(
    movie: Movie, label: NDArray[np.int64], task_id: int, answer_ms: tuple[float, float]
) -> Trials:
    """Return trials that share task and answer window."""
    return Trials(
        movie,
        label,
        np.full(label.size, task_id, dtype=np.int64),
        np.tile(np.array(answer_ms), (label.size, 1)),
    )


def movie_of(pieces: Sequence[tuple[float, NDArray[np.float32] | None]]) -> Movie:
    """Return a movie made of pieces in time.

    Parameters
    ----------
    pieces
        Duration, ms, and what is on the screen: frames
        ``(batch, n_frames, height, width)`` that share the duration, or None for
        grey. Pieces without a duration are left out.
    """
    like = next(frames for _, frames in pieces if frames is not None)
    grey = np.zeros_like(like[:, :1])
    shown = [(t, grey if frames is None else frames) for t, frames in pieces if t > 0]
    return Movie(
        np.concatenate([frames for _, frames in shown], axis=1),
        np.concatenate([np.full(f.shape[1], t / f.shape[1]) for t, f in shown]),
    )


def merged(parts: Sequence[tuple[NDArray[np.intp], Trials]]) -> Trials:
    """Return one batch of trials of different tasks.

    The segments are those of all tasks together; a trial whose task is over sees
    grey until the longest has ended.

    Parameters
    ----------
    parts
        Rows in the batch and the trials that go there; the rows of all parts
        together are ``0 .. batch - 1``.
    """
    movies = [trials.movie for _, trials in parts]
    ends = [np.cumsum(movie.durations_ms) for movie in movies]
    edges = np.unique(np.round(np.concatenate([[0.0], *ends]), 6))
    middle = (edges[:-1] + edges[1:]) / 2.0
    n = sum(trials.n_trials for _, trials in parts)
    frames = np.zeros((n, middle.size, *movies[0].frames.shape[2:]), dtype=np.float32)
    label, task_id = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    answer_ms = np.empty((n, 2))
    for (rows, trials), end in zip(parts, ends, strict=True):
        segment = np.searchsorted(end, middle)
        shown = segment < end.size
        frames[np.ix_(rows, shown)] = trials.movie.frames[:, segment[shown]]
        label[rows], task_id[rows] = trials.label, trials.task_id
        answer_ms[rows] = trials.answer_ms
    return Trials(Movie(frames, np.diff(edges)), label, task_id, answer_ms)
