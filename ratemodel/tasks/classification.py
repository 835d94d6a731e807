"""Image classification: the answer is the class of the image."""

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from bridge.arrays import IntArray
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.split import SPLITS, ImageSplit, require_every_class
from ratemodel.tasks.kind import TaskKind
from ratemodel.tasks.one_stimulus import OneStimulusConfig, Positive
from ratemodel.tasks.randomness import ImageOrder, trial_rng
from ratemodel.tasks.screen import ScreenConfig, show_images
from ratemodel.tasks.trials import Trials, movie_of


class ClassificationConfig(OneStimulusConfig):
    """Image classification: the answer is the class of the image.

    Attributes
    ----------
    gray_ms, stimulus_ms, answer_ms
        Timing, ms.
    images
        A name or a path, see :func:`bridge.stimulus.images.load.load_images`.
    white
        Value of the images that is white, where they are not bytes with 255 for white.
    max_shift
        In training an image is shifted by up to so much of its side in both
        directions, by whole pixels, what leaves it coming in at the other side;
        0 shows all where they are. Against learning few images by heart.
    """

    images: Annotated[str, Field(min_length=1)] = "digits"
    white: Positive | None = None
    max_shift: Annotated[float, Field(ge=0, le=0.25)] = 0.0


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

    Raises
    ------
    InputError
        If a class has too few images for the three parts, or none of them trains.
    """

    name = "classification"
    task_id = 1

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
        require_every_class(images, split)
        self._order = {
            part: ImageOrder(split[part].size, seed, self.task_id, part)
            for part in SPLITS
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
            rng = trial_rng(self._seed, self.task_id, "train", int(number))
            by = rng.integers(-most, most + 1, size=2)
            shifted[row] = np.roll(images[row], by, axis=(0, 1))
        return shifted

    def shown(self, split: str, numbers: IntArray) -> NDArray[np.intp]:
        """Return the index of the image of each trial, ``(batch,)``."""
        return self._split[split][self._order[split](numbers)]


CLASSIFICATION = TaskKind(
    ImageClassification.name,
    ImageClassification.task_id,
    ClassificationConfig,
    ImageClassification,
)
