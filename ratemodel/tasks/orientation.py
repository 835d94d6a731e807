"""Fine orientation: the answer is whether a grating is above the boundary."""

from typing import Annotated, Self

import numpy as np
from pydantic import Field, model_validator

from bridge.arrays import FloatArray, IntArray
from ratemodel.tasks.kind import TaskKind
from ratemodel.tasks.one_stimulus import OneStimulusConfig, Positive
from ratemodel.tasks.randomness import trial_rng
from ratemodel.tasks.screen import ScreenConfig, show_gratings
from ratemodel.tasks.trials import Trials, movie_of


def _is_whole(ratio: float) -> bool:
    return round(ratio) >= 1 and abs(ratio - round(ratio)) < 1e-6


class OrientationConfig(OneStimulusConfig):
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


class FineOrientation:
    """Gratings of 43 to 47 degrees; the label is 1 above 45 degrees.

    Parameters
    ----------
    config
        Timing and gratings.
    screen
        The screen.
    seed
        Seed of orientations and phases.
    """

    name = "orientation"
    task_id = 0
    n_classes = 2

    def __init__(
        self, config: OrientationConfig, screen: ScreenConfig, seed: int
    ) -> None:
        self._config, self._screen, self._seed = config, screen, seed

    def n_trials(self, split: str) -> int | None:
        """Return None: gratings are drawn and never run out."""
        return None

    def draw(self, split: str, numbers: IntArray) -> Trials:
        """Return trials by number; see :class:`~ratemodel.tasks.trials.Task`."""
        config = self._config
        orientation_deg, phase = self.gratings(split, numbers)
        frames = show_gratings(
            orientation_deg,
            phase[:, None] + self._phase_shifts(),
            self._screen,
            spatial_frequency_cpd=config.spatial_frequency_cpd,
        )
        rest_ms = config.answer_ms[1] - config.gray_ms - config.stimulus_ms
        movie = movie_of(
            [(config.gray_ms, None), (config.stimulus_ms, frames), (rest_ms, None)]
        )
        label = (orientation_deg > config.boundary_deg).astype(np.int64)
        return Trials(movie, label, config.answer_ms)

    def gratings(self, split: str, numbers: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return orientation, degrees, and phase, radians, ``(batch,)`` each.

        The phase is the one at onset.
        """
        config = self._config
        draws = np.array(
            [
                trial_rng(self._seed, self.task_id, split, int(n)).random(2)
                for n in numbers
            ]
        ).reshape(-1, 2)
        span = config.max_deg - config.min_deg
        if config.step_deg > 0:
            n_steps = round(span / config.step_deg)
            step = np.floor(draws[:, 0] * (n_steps + 1))
            # Rounded, so that the step on the boundary is the boundary.
            orientation_deg = np.round(config.min_deg + span * step / n_steps, 9)
        else:
            orientation_deg = config.min_deg + span * draws[:, 0]
        return orientation_deg, 2.0 * np.pi * draws[:, 1]

    def _phase_shifts(self) -> FloatArray:
        """Return the phase of each frame, taken in its middle, after the onset."""
        config = self._config
        if not config.drifting:
            return np.zeros(1)
        n_frames = round(config.stimulus_ms / config.frame_ms)
        middle_s = (np.arange(n_frames) + 0.5) * config.frame_ms / 1000.0
        return np.asarray(
            -2.0 * np.pi * config.temporal_frequency_hz * middle_s, dtype=np.float64
        )


def _is_resolved(config: OrientationConfig, screen: ScreenConfig) -> None:
    """Refuse a grating that the pixels of the screen cannot show."""
    pixels = 1.0 / (config.spatial_frequency_cpd * screen.deg_per_px)
    if pixels < 4.0:
        raise ValueError(
            f"a cycle of the grating covers {pixels:.3g} pixels of the screen, and "
            "needs 4: raise screen.size_px or lower screen.field_deg or "
            "orientation.spatial_frequency_cpd"
        )


ORIENTATION = TaskKind(
    FineOrientation.name,
    FineOrientation.task_id,
    OrientationConfig,
    FineOrientation,
    _is_resolved,
)
