"""Fine orientation: the answer is whether a grating is above the boundary."""

import numpy as np

from bridge.arrays import FloatArray, IntArray
from ratemodel.tasks.config import TASK_NAMES, OrientationConfig, ScreenConfig
from ratemodel.tasks.randomness import trial_rng
from ratemodel.tasks.screen import show_gratings
from ratemodel.tasks.trials import Trials, movie_of

TASK_ID = TASK_NAMES.index("orientation")


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
            [trial_rng(self._seed, TASK_ID, split, int(n)).random(2) for n in numbers]
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
