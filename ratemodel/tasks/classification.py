"""Image classification: the answer is the class of the image."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import IntArray
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.split import SPLITS, ImageSplit
from ratemodel.tasks.config import TASK_NAMES, ClassificationConfig, ScreenConfig
from ratemodel.tasks.randomness import ImageOrder, trial_rng
from ratemodel.tasks.screen import show_images
from ratemodel.tasks.trials import Trials, movie_of

TASK_ID = TASK_NAMES.index("classification")


class ImageClassification:
    """One image per trial; the label is its class.

    Parameters
    ----------
    config
        Timing.
    screen
        The screen.
    seed
        Seed of the order of the images and of their shifts.
    images, split
        The images, and which belong to which part.
    """

    name = "classification"

    def __init__(
        self,
        config: ClassificationConfig,
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

    @property
    def n_classes(self) -> int:
        """Number of classes of the images."""
        return self._images.n_classes

    def n_trials(self, split: str) -> int | None:
        """Return the number of images of a split."""
        return int(self._split[split].size)

    def draw(self, split: str, numbers: IntArray) -> Trials:
        """Return trials by number; see :class:`~ratemodel.tasks.trials.Task`."""
        config = self._config
        shown = self.shown(split, numbers)
        images = self._images.images[shown]
        if split == "train" and config.max_shift > 0.0:
            images = self._shifted(images, numbers)
        frames = show_images(images, self._screen)
        rest_ms = config.answer_ms[1] - config.gray_ms - config.stimulus_ms
        movie = movie_of(
            [(config.gray_ms, None), (config.stimulus_ms, frames), (rest_ms, None)]
        )
        return Trials(movie, self._images.labels[shown], config.answer_ms)

    def _shifted(
        self, images: NDArray[np.uint8], numbers: IntArray
    ) -> NDArray[np.uint8]:
        """Return the images of some trials, each shifted at random."""
        most = round(self._config.max_shift * images.shape[1])
        shifted = np.empty_like(images)
        for row, number in enumerate(numbers):
            rng = trial_rng(self._seed, TASK_ID, "train", int(number))
            by = rng.integers(-most, most + 1, size=2)
            shifted[row] = np.roll(images[row], by, axis=(0, 1))
        return shifted

    def shown(self, split: str, numbers: IntArray) -> NDArray[np.intp]:
        """Return the index of the image of each trial, ``(batch,)``."""
        return self._split[split][self._order[split](numbers)]
