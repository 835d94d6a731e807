"""LGN filters as the input channels of the tasks."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.stimulus.movie import Movie


class MovieFilters(Protocol):
    """Filters that run over frames of equal duration."""

    @property
    def n_cells(self) -> int:
        """Number of cells."""

    @property
    def frame_ms(self) -> float:
        """Duration of a frame, ms."""

    def process(
        self, movie: NDArray[Any], state: Any = None
    ) -> tuple[NDArray[np.floating], Any]:
        """Return rates, ``(batch, n_steps, n_cells)``, and what is remembered."""


class LgnChannels:
    """Rates of LGN cells that see a movie after a long time of grey.

    Parameters
    ----------
    filters
        The filters; the duration of their frame divides every segment of the
        movies, see :attr:`~bridge.stimulus.movie.Movie.common_frame_ms`.
    """

    def __init__(self, filters: MovieFilters) -> None:
        self._filters = filters

    @property
    def n_channels(self) -> int:
        """Number of input channels."""
        return self._filters.n_cells

    def __call__(self, movie: Movie) -> NDArray[np.float32]:
        """Return the rates, Hz, ``(batch, n_steps, n_channels)``, float32.

        Raises
        ------
        InputError
            If a segment is not a whole number of the filters' frames.
        """
        shown = movie.segment_of_step(self._filters.frame_ms)
        rates, _ = self._filters.process(movie.frames[:, shown])
        return np.asarray(rates, dtype=np.float32)
