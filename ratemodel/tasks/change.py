"""Visual change: the answer is whether the second image is another one."""

from typing import Annotated, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from bridge.arrays import IntArray
from bridge.config_section import Section
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.split import SPLITS, ImageSplit
from ratemodel.tasks.kind import TaskKind
from ratemodel.tasks.one_stimulus import Pause, Positive, Shown, Window
from ratemodel.tasks.randomness import ImageOrder, trial_rng
from ratemodel.tasks.screen import ScreenConfig, show_images
from ratemodel.tasks.trials import Trials, movie_of


class ChangeConfig(Section):
    """Visual change: the answer is whether the second image is another one.

    Attributes
    ----------
    gray_ms, image_ms, gap_ms
        Grey before an image, the image, grey after it, ms; all of it twice.
    answer_after_ms
        Answer window, start and stop after the second image has gone, ms.
    probability
        Probability that the second image differs.
    images
        A name or a path, see :func:`bridge.stimulus.images.load.load_images`.
    white
        Value of the images that is white, where they are not bytes with 255 for white.
    """

    gray_ms: Pause = 50.0
    image_ms: Shown = 100.0
    gap_ms: Pause = 150.0
    answer_after_ms: Window = (50.0, 100.0)
    probability: Annotated[float, Field(gt=0, lt=1)] = 0.5
    images: Annotated[str, Field(min_length=1)] = "photographs"
    white: Positive | None = None

    @model_validator(mode="after")
    def _answer_fits(self) -> Self:
        start, stop = self.answer_after_ms
        if not 0.0 <= start < stop <= self.gap_ms:
            raise ValueError(
                f"answer_after_ms ({start:g} to {stop:g}) does not lie within the "
                f"{self.gap_ms:g} ms of gap_ms"
            )
        return self


class VisualChange:
    """Two images per trial; the label is 1 if they differ.

    Both images of a pair are of the same part of the split, so that an image kept
    for the test is in no pair of the training.

    Parameters
    ----------
    config
        Timing and probability of a change.
    screen
        The screen.
    seed
        Seed of the pairs.
    images, split
        The images, and which belong to which part.
    """

    name = "change"
    task_id = 2
    n_classes = 2

    def __init__(
        self,
        config: ChangeConfig,
        screen: ScreenConfig,
        seed: int,
        images: ImageSet,
        split: ImageSplit,
    ) -> None:
        self._config, self._screen, self._seed = config, screen, seed
        self._images, self._split = images, split
        self._order = {
            part: ImageOrder(split[part].size, seed, self.task_id, part)
            for part in SPLITS
        }

    def n_trials(self, split: str) -> int | None:
        """Return the number of images of a split: each is first once."""
        return int(self._split[split].size)

    def draw(self, split: str, numbers: IntArray) -> Trials:
        """Return trials by number; see :class:`~ratemodel.tasks.trials.Task`."""
        config = self._config
        pairs = self.pairs(split, numbers)
        first, second = (
            show_images(self._images.images[shown], self._screen) for shown in pairs.T
        )
        movie = movie_of(
            [
                (config.gray_ms, None),
                (config.image_ms, first),
                (config.gap_ms, None),
                (config.gray_ms, None),
                (config.image_ms, second),
                (config.gap_ms, None),
            ]
        )
        gone_ms = 2.0 * (config.gray_ms + config.image_ms) + config.gap_ms
        start, stop = config.answer_after_ms
        label = (pairs[:, 0] != pairs[:, 1]).astype(np.int64)
        return Trials(movie, label, (gone_ms + start, gone_ms + stop))

    def pairs(self, split: str, numbers: IntArray) -> NDArray[np.intp]:
        """Return the indices of both images of each trial, ``(batch, 2)``."""
        part = self._split[split]
        first = self._order[split](numbers)
        second = first.copy()
        for row, number in enumerate(numbers):
            rng = trial_rng(self._seed, self.task_id, split, int(number))
            if rng.random() < self._config.probability:
                other = rng.integers(part.size - 1)
                second[row] = other + (other >= first[row])
        return part[np.stack([first, second], axis=1)]


CHANGE = TaskKind(VisualChange.name, VisualChange.task_id, ChangeConfig, VisualChange)
