"""Pixels straight into the input channels: the network without an LGN."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from bridge.stimulus.movie import Movie
from ratemodel.trials.input_config import PixelConfig


class PixelChannels:
    r"""Rates of input channels that each see one pixel of a coarse grid.

    .. math:: r = [r_0 \pm g\,c]_+

    with contrast :math:`c` (+ for ON, - for OFF), spontaneous rate :math:`r_0` and
    gain :math:`g`. There is no memory: the rates follow the screen at once. Channels
    come row by row, all ON channels before all OFF channels.

    Parameters
    ----------
    config
        Grid and scaling.
    dt_ms
        Time step of the rates, ms.
    """

    def __init__(self, config: PixelConfig, dt_ms: float) -> None:
        self._config, self._dt_ms = config, dt_ms

    @property
    def n_channels(self) -> int:
        """Number of input channels."""
        return 2 * self._config.rows * self._config.columns

    def __call__(self, movie: Movie) -> NDArray[np.float32]:
        """Return the rates, Hz, ``(n_steps, n_channels, batch)``, float32.

        Raises
        ------
        InputError
            If a segment of the movie is not a whole number of time steps.
        """
        steps = movie.segment_of_step(self._dt_ms)
        return self.segment_rates(movie)[steps]

    def segment_rates(self, movie: Movie) -> NDArray[np.float32]:
        """Return the rates, Hz, during each segment of the movie.

        Returns
        -------
        ndarray
            ``(n_segments, n_channels, batch)``, float32.
        """
        config = self._config
        frames = torch.from_numpy(movie.frames.copy())
        grid = functional.interpolate(
            frames, (config.rows, config.columns), mode="bilinear", antialias=True
        )
        on = grid.flatten(2).numpy()
        contrast = np.concatenate([on, -on], axis=2)
        rates = (
            np.float32(config.spontaneous_hz) + np.float32(config.gain_hz) * contrast
        )
        positive: NDArray[np.float32] = np.maximum(rates, np.float32(0.0))
        return positive.transpose(1, 2, 0)
