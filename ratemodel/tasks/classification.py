"""Image classification: the answer is the class of the image."""

import numpy as np
from numpy.typing import NDArray

from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.split import SPLITS, ImageSplit
from ratemodel.tasks.config import TASK_NAMES, ClassificationConfig, ScreenConfig
from ratemodel.tasks.randomness import ImageOrder
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
        Seed of the order of the images.
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
        self._config, self._screen = config, screen
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

    def draw(self, split: str, numbers: NDArray[np.int64]) -> Trials:
        """Return trials by number; see :class:`~ratemodel.tasks.trials.Task`."""
        config = self._config
        shown = self.shown(split, numbers)
        frames = show_images(self._images.images[shown], self._screen)
        rest_ms = config.answer_ms[1] - config.gray_ms - config.stimulus_ms
        movie = movie_of(
            [(config.gray_ms, None), (config.stimulus_ms, frames), (rest_ms, None)]
        )
        return Trials(movie, self._images.labels[shown], config.answer_ms)

    def shown(self, split: str, numbers: NDArray[np.int64]) -> NDArray[np.intp]:
        """Return the index of the image of each trial, ``(batch,)``."""
        return self._split[split][self._order[split](numbers)]
