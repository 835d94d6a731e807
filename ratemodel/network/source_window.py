"""External sources and the last few rates as one tall matrix, without copying."""

import torch
from torch import Tensor

SPARE = 16
"""Pushes between two moves of the window back to the end of its buffer."""


class SourceWindow:
    """The sources of a step in the column order of the coupling.

    Rates are written downwards through a buffer, newest first, so that the
    last ``n_blocks`` of them are always contiguous. The external sources go
    into the free rows just below, where the next rates will overwrite them.

    Parameters
    ----------
    n_external
        Number of external sources.
    n_blocks
        Steps of rates kept, the current one included; zero before the start.
    like
        Rates of the shape, type and device in use, ``(n_cells, batch)``.
    """

    def __init__(self, n_external: int, n_blocks: int, like: Tensor) -> None:
        self._n_cells, batch = like.shape
        self._n_external = n_external
        self._n_kept = (n_blocks - 1) * self._n_cells
        n_rows = n_external + n_blocks * self._n_cells + SPARE * self._n_cells
        self._buffer = like.new_zeros((n_rows, batch))
        self._newest = n_rows - self._n_kept

    def push(self, external: Tensor, rate: Tensor) -> Tensor:
        """Take in the sources of a step.

        Parameters
        ----------
        external
            External sources, ``(n_external, n_stimuli)``; repeated over the
            batch.
        rate
            Rates now, ``(n_cells, batch)``.

        Returns
        -------
        Tensor
            ``(n_external + n_blocks n_cells, batch)``, valid until the next push.
        """
        if self._newest - self._n_cells < self._n_external:
            kept = self._buffer[self._newest :][: self._n_kept].clone()
            self._newest = self._buffer.shape[0] - self._n_kept
            self._buffer[self._newest :] = kept
        self._newest -= self._n_cells
        first = self._newest - self._n_external
        self._buffer[self._newest : self._newest + self._n_cells] = rate
        below = self._buffer[first : self._newest]
        torch.unflatten(below, 1, (-1, external.shape[1])).copy_(external[:, None])
        return self._buffer[first : self._newest + self._n_cells + self._n_kept]
