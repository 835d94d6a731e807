"""LGN filters as the input channels of the tasks."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatingArray
from bridge.stimulus.movie import Movie


class StillFilters(Protocol):
    """Filters that see a few still pictures, one after the other."""

    @property
    def n_cells(self) -> int:
        """Number of cells."""

    def process_stills(self, movie: Movie) -> FloatingArray:
        """Return rates, Hz, ``(n_steps, n_cells, batch)``."""


class LgnChannels:
    """Rates of LGN cells that see a movie after a long time of grey.

    Parameters
    ----------
    filters
        The filters, such as a
        :class:`~bridge.stimulus.lgn.filter_bank.LgnFilterBank`.
    """

    def __init__(self, filters: StillFilters) -> None:
        self._filters = filters

    @property
    def n_channels(self) -> int:
        """Number of input channels."""
        return self._filters.n_cells

    def __call__(self, movie: Movie) -> NDArray[np.float32]:
        """Return the rates, Hz, ``(n_steps, n_channels, batch)``, float32.

        Raises
        ------
        InputError
            If a segment is not a whole number of the filters' steps.
        """
        return np.asarray(self._filters.process_stills(movie), dtype=np.float32)
