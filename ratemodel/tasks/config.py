"""The configuration of the tasks: every time, angle and source of images.

The defaults are the timings of Chen, Scherr and Maass 2022 (Science Advances 8,
eabq7592) and the tasks of H. Chen's 2024 thesis.
"""

from functools import partial
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from bridge.config_section import Section, as_distinct, as_tuple

TASK_NAMES = ("orientation", "classification", "change")
"""The tasks; the id of a task is its place here, whichever are trained."""

TaskName = Literal["orientation", "classification", "change"]

Positive = Annotated[float, Field(gt=0)]
Window = Annotated[tuple[float, float], BeforeValidator(as_tuple)]
Fraction = Annotated[float, Field(gt=0, lt=1)]


def _is_whole(ratio: float) -> bool:
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < 1e-6


_check_names = partial(
    as_distinct, empty="must name at least one task", twice="names a task twice"
)


class ScreenConfig(Section):
    """The square screen that every task draws on.

    Attributes
    ----------
    size_px
        Side of the screen, pixels.
    field_deg
        Side of the screen, degrees of visual field.
    contrast
        Black is ``-contrast`` and white ``contrast``, around the grey 0 between
        stimuli; 2 as in the code of Chen et al. 2022.
    """

    size_px: Annotated[int, Field(ge=8, le=512)] = 64
    field_deg: Annotated[float, Field(gt=0, le=240)] = 120.0
    contrast: Annotated[float, Field(gt=0, le=2)] = 2.0

    @property
    def deg_per_px(self) -> float:
        """Size of a pixel, degrees."""
        return self.field_deg / self.size_px


class _OneStimulus(Section):
    """Grey, then one stimulus, then grey until the end of the answer window.

    Attributes
    ----------
    gray_ms, stimulus_ms
        Durations of the grey before and of the stimulus, ms.
    answer_ms
        Answer window, start and stop from the start of the trial, ms.
    """

    gray_ms: Annotated[float, Field(ge=0)] = 50.0
    stimulus_ms: Positive = 100.0
    answer_ms: Window = (150.0, 200.0)

    @model_validator(mode="after")
    def _answer_follows_the_onset(self) -> Self:
        start, stop = self.answer_ms
        if not self.gray_ms <= start < stop:
            raise ValueError(
                f"answer_ms ({start:g} to {stop:g}) must start after the stimulus "
                f"appears at {self.gray_ms:g} ms, and stop later"
            )
        if stop < self.gray_ms + self.stimulus_ms:
            raise ValueError(
                f"answer_ms stops at {stop:g} ms, while the stimulus is on until "
                f"{self.gray_ms + self.stimulus_ms:g} ms"
            )
        return self


class OrientationConfig(_OneStimulus):
    """Fine orientation: the answer is whether a grating is above the boundary.

    Attributes
    ----------
    gray_ms, stimulus_ms, answer_ms
        Timing, ms.
    min_deg, max_deg
        Range of orientations: of the bars, counter-clockwise from horizontal.
    step_deg
        Step of the orientations, degrees; 0 draws any value of the range.
    boundary_deg
        The label is 1 above it; the boundary itself counts as 0.
    spatial_frequency_cpd, temporal_frequency_hz
        Cycles per degree, and per second of a drifting grating.
    drifting
        The grating moves; otherwise it stands still and
        ``temporal_frequency_hz`` and ``frame_ms`` play no part.
    frame_ms
        How long a frame of a drifting grating stays on the screen, ms.
    """

    min_deg: float = 43.0
    max_deg: float = 47.0
    step_deg: Annotated[float, Field(ge=0)] = 0.1
    boundary_deg: float = 45.0
    spatial_frequency_cpd: Positive = 0.05
    temporal_frequency_hz: Positive = 2.0
    drifting: bool = True
    frame_ms: Positive = 10.0

    @model_validator(mode="after")
    def _both_answers_occur(self) -> Self:
        if not self.min_deg < self.boundary_deg < self.max_deg:
            raise ValueError(
                f"boundary_deg ({self.boundary_deg:g}) is not between min_deg "
                f"({self.min_deg:g}) and max_deg ({self.max_deg:g})"
            )
        if self.step_deg > 0 and not _is_whole(
            (self.max_deg - self.min_deg) / self.step_deg
        ):
            raise ValueError(
                f"step_deg ({self.step_deg:g}) does not divide the range from "
                f"{self.min_deg:g} to {self.max_deg:g} degrees"
            )
        if self.drifting and not _is_whole(self.stimulus_ms / self.frame_ms):
            raise ValueError(
                f"stimulus_ms ({self.stimulus_ms:g}) is not a multiple of frame_ms "
                f"({self.frame_ms:g})"
            )
        return self


class ClassificationConfig(_OneStimulus):
    """Image classification: the answer is the class of the image.

    Attributes
    ----------
    gray_ms, stimulus_ms, answer_ms
        Timing, ms.
    images
        A name or a path, see :func:`bridge.stimulus.images.load.load_images`.
    max_shift
        In training an image is shifted by up to so much of its side in both
        directions, by whole pixels, what leaves it coming in at the other side;
        0 shows all where they are. Against learning few images by heart.
    """

    images: Annotated[str, Field(min_length=1)] = "digits"
    max_shift: Annotated[float, Field(ge=0, le=0.25)] = 0.0


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
    """

    gray_ms: Annotated[float, Field(ge=0)] = 50.0
    image_ms: Positive = 100.0
    gap_ms: Annotated[float, Field(ge=0)] = 150.0
    answer_after_ms: Window = (50.0, 100.0)
    probability: Fraction = 0.5
    images: Annotated[str, Field(min_length=1)] = "photographs"

    @model_validator(mode="after")
    def _answer_fits(self) -> Self:
        start, stop = self.answer_after_ms
        if not 0.0 <= start < stop <= self.gap_ms:
            raise ValueError(
                f"answer_after_ms ({start:g} to {stop:g}) does not lie within the "
                f"{self.gap_ms:g} ms of gap_ms"
            )
        return self


class SplitConfig(Section):
    """How images are split; apart from the seed of a training run.

    Attributes
    ----------
    seed
        Seed of the split.
    validation_fraction, test_fraction
        Share of the images that is kept for validation and test. A published test
        set (MNIST, CIFAR-10) takes the place of ``test_fraction``.
    """

    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    validation_fraction: Fraction = 0.125
    test_fraction: Fraction = 0.125

    @model_validator(mode="after")
    def _something_is_left(self) -> Self:
        if self.validation_fraction + self.test_fraction >= 1.0:
            raise ValueError(
                "validation_fraction and test_fraction leave no images for training"
            )
        return self


class TasksConfig(Section):
    """The tasks of a training run.

    Attributes
    ----------
    tasks
        Which are trained, one or several of :data:`TASK_NAMES`.
    seed
        Seed of the trials: orientations, phases, order of the images, pairs.
    screen, orientation, classification, change, split
        Sections of the same names.
    """

    tasks: Annotated[tuple[TaskName, ...], BeforeValidator(_check_names)] = (
        "orientation",
        "classification",
        "change",
    )
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 1
    screen: ScreenConfig = ScreenConfig()
    orientation: OrientationConfig = OrientationConfig()
    classification: ClassificationConfig = ClassificationConfig()
    change: ChangeConfig = ChangeConfig()
    split: SplitConfig = SplitConfig()

    @model_validator(mode="after")
    def _grating_is_resolved(self) -> Self:
        pixels = 1.0 / (self.orientation.spatial_frequency_cpd * self.screen.deg_per_px)
        if "orientation" in self.tasks and pixels < 4.0:
            raise ValueError(
                f"a cycle of the grating covers {pixels:.3g} pixels of the screen, and "
                "needs 4: raise screen.size_px or lower screen.field_deg or "
                "orientation.spatial_frequency_cpd"
            )
        return self
