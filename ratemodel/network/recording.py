"""Bins rates while a run goes on, so that no step has to be kept."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.arrays import FloatingArray
from bridge.column.populations import POPULATIONS


class BinRecorder:
    """Population means per bin and cell means after the dropped start.

    The mean over a bin is the trapezoidal rule on the rates at the steps, so
    it neither leads nor lags.

    Parameters
    ----------
    population
        Population of each cell, ``(n_cells,)``.
    steps_per_bin, n_bins, first_bin
        Steps in a bin, bins in the run, first bin that counts for cell means.
    like
        Rates of the shape, type and device in use, ``(n_cells, batch)``.
    """

    def __init__(
        self,
        population: NDArray[np.int8],
        steps_per_bin: int,
        n_bins: int,
        first_bin: int,
        like: Tensor,
    ) -> None:
        one_hot = np.eye(len(POPULATIONS))[population].T
        # A population without cells has no rate: 0 / 0 = NaN.
        with np.errstate(invalid="ignore"):
            mean = one_hot / one_hot.sum(axis=1, keepdims=True)
        self._mean = torch.as_tensor(mean).to(like)
        self._steps_per_bin, self._first_bin = steps_per_bin, first_bin
        self._n_counted = n_bins - first_bin
        self._sum = torch.zeros_like(like)
        self._at_start = torch.zeros_like(like)
        self._cells = torch.zeros_like(like)
        self._bins: list[Tensor] = []

    def jump(self, before: Tensor, after: Tensor) -> None:
        """Tell that the rates jump, at the step about to be added."""
        self._sum += 0.5 * (before - after)

    def add(self, step: int, rate: Tensor) -> bool:
        """Take the rates at the start of ``step``; tell if a bin was closed."""
        closes = step > 0 and step % self._steps_per_bin == 0
        if closes:
            edges = 0.5 * (rate - self._at_start)
            mean = (self._sum + edges) / self._steps_per_bin
            if len(self._bins) >= self._first_bin:
                self._cells += mean
            self._bins.append(self._mean @ mean)
            self._sum.zero_()
        if step % self._steps_per_bin == 0:
            self._at_start = rate.clone()
        self._sum += rate
        return closes

    def population_rates(self) -> FloatingArray:
        """Return Hz, ``(batch, n_bins, 17)``."""
        return torch.stack(self._bins).permute(2, 0, 1).contiguous().cpu().numpy()

    def cell_rates(self) -> FloatingArray:
        """Return Hz, ``(batch, n_cells)``."""
        return (self._cells / self._n_counted).T.contiguous().cpu().numpy()
