"""What turns a movie into the rates of the network's input channels."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.stimulus.movie import Movie


class InputChannels(Protocol):
    """LGN filters, or pixels without an LGN: the network does not see which."""

    @property
    def n_channels(self) -> int:
        """Number of input channels."""

    def __call__(self, movie: Movie) -> NDArray[np.float32]:
        """Return the rates, Hz, ``(n_steps, n_channels, batch)``."""
