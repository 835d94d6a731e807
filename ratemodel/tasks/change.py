"""Visual change: the answer is whether the second image is another one."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import IntArray
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.split import SPLITS, ImageSplit
from ratemodel.tasks.config import TASK_NAMES, ChangeConfig, ScreenConfig
from ratemodel.tasks.randomness import ImageOrder, trial_rng
from ratemodel.tasks.screen import show_images
from ratemodel.tasks.trials import Trials, movie_of

TASK_ID = TASK_NAMES.index("change")


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
            part: ImageOrder(split[part].size, seed, TASK_ID, part) for part in SPLITS
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
            rng = trial_rng(self._seed, TASK_ID, split, int(number))
            if rng.random() < self._config.probability:
                other = rng.integers(part.size - 1)
                second[row] = other + (other >= first[row])
        return part[np.stack([first, second], axis=1)]
