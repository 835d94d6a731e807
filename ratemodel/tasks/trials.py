"""A batch of trials of one task, whatever task that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import IntArray
from bridge.stimulus.movie import Movie


@dataclass(frozen=True)
class Trials:
    """What is shown, what is right, and when the answer counts.

    Attributes
    ----------
    movie
        One movie per trial.
    label
        The right answer, ``(batch,)``, int64.
    answer_ms
        Start and stop of the answer window, ms.
    """

    movie: Movie
    label: IntArray
    answer_ms: tuple[float, float]


class Task(Protocol):
    """Makes trials. A trial depends on the seed, the split and its number only.

    So the trials of a batch can be shared out to processes, and a run can start
    again at any number.
    """

    @property
    def name(self) -> str:
        """One of :data:`~ratemodel.tasks.registry.TASKS`."""

    @property
    def n_classes(self) -> int:
        """Number of possible answers."""

    def n_trials(self, split: str) -> int | None:
        """Return how many trials show every image of a split once.

        None where the stimuli are drawn and never run out.
        """

    def draw(self, split: str, numbers: IntArray) -> Trials:
        """Return trials by number.

        Parameters
        ----------
        split
            ``"train"``, ``"validation"`` or ``"test"``.
        numbers
            Which trials, ``(batch,)``, from 0 and without an end.
        """


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
