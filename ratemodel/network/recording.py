"""Bins rates while a run goes on, so that no step has to be kept."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.arrays import FloatArray, FloatingArray
from bridge.column.populations import POPULATIONS


class BinRecorder:
    """Population means per bin and cell means after the dropped start.

    The mean over a bin is a quadrature of the rates at the steps, both ends of the
    bin included, so it neither leads nor lags.

    Parameters
    ----------
    population
        Population of each cell, ``(n_cells,)``.
    weights
        Of the rates at the steps from the start to the end of a bin, in steps; see
        :func:`trapezoid` and :func:`simpson`.
    n_bins, first_bin
        Bins in the run, first bin that counts for cell means.
    like
        Rates of the shape, type and device in use, ``(n_cells, batch)``.
    """

    def __init__(
        self,
        population: NDArray[np.int8],
        weights: FloatArray,
        n_bins: int,
        first_bin: int,
        like: Tensor,
    ) -> None:
        one_hot = np.eye(len(POPULATIONS))[population].T
        # A population without cells has no rate: 0 / 0 = NaN.
        with np.errstate(invalid="ignore"):
            mean = one_hot / one_hot.sum(axis=1, keepdims=True)
        self._mean = torch.as_tensor(mean).to(like)
        self._steps_per_bin, self._first_bin = weights.size - 1, first_bin
        *own, self._at_end = weights.tolist()
        # the start is counted with the weight of an end of the bin before as well,
        # which closing the bin takes off again
        self._weights = (own[0] + self._at_end, *own[1:])
        self._n_counted = n_bins - first_bin
        self._sum = torch.zeros_like(like)
        self._at_start = torch.zeros_like(like)
        self._cells = torch.zeros_like(like)
        self._bins: list[Tensor] = []

    def jump(self, step: int, before: Tensor, after: Tensor) -> None:
        """Tell that the rates jump, at the step about to be added."""
        index = step % self._steps_per_bin
        weight = 0.5 * self._weights[index] if index else self._at_end
        self._sum += weight * (before - after)

    def add(self, step: int, rate: Tensor) -> bool:
        """Take the rates at the start of ``step``; tell if a bin was closed."""
        index = step % self._steps_per_bin
        closes = step > 0 and index == 0
        if closes:
            edges = self._at_end * (rate - self._at_start)
            mean = (self._sum + edges) / self._steps_per_bin
            if len(self._bins) >= self._first_bin:
                self._cells += mean
            self._bins.append(self._mean @ mean)
            self._sum.zero_()
        if index == 0:
            self._at_start = rate.clone()
        self._sum += self._weights[index] * rate
        return closes

    def population_rates(self) -> FloatingArray:
        """Return Hz, ``(batch, n_bins, 17)``."""
        return torch.stack(self._bins).permute(2, 0, 1).contiguous().cpu().numpy()

    def cell_rates(self) -> FloatingArray:
        """Return Hz, ``(batch, n_cells)``."""
        return (self._cells / self._n_counted).T.contiguous().cpu().numpy()


def trapezoid(n_steps: int) -> FloatArray:
    """Return the weights of the trapezoidal rule, ``(n_steps + 1,)``."""
    weights = np.ones(n_steps + 1)
    weights[[0, -1]] = 0.5
    return weights


def simpson(n_steps: int) -> FloatArray:
    """Return the weights of Simpson's rule, ``(n_steps + 1,)``.

    Of an odd number of steps the last three have the rule of three eighths, a single
    one the trapezoid (Press et al. 2007, Numerical Recipes, section 4.1).
    """
    if n_steps == 1:
        return trapezoid(1)
    weights = np.zeros(n_steps + 1)
    n_pairs = n_steps // 2 - n_steps % 2
    for first in range(0, 2 * n_pairs, 2):
        weights[first : first + 3] += np.array([1.0, 4.0, 1.0]) / 3.0
    if n_steps % 2:
        weights[-4:] += np.array([3.0, 9.0, 9.0, 3.0]) / 8.0
    return weights
