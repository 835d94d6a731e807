"""From the rates of pools in the answer window to an answer."""

from collections.abc import Mapping
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from bridge.arrays import IntArray
from bridge.errors import InputError
from ratemodel.readout.config import ReadoutConfig
from ratemodel.readout.pools import draw_pools
from ratemodel.tasks.trials import Task

_LEAST_HZ = 1e-3
"""Least spread of the pools that a readout is scaled to, Hz."""


class Readout(nn.Module):
    r"""Logits of one task from the mean rates of its pools.

    With a pool for every answer

    .. math:: z_k = s\,(\bar r_k - c_k) + b_k,

    and with a single pool for two answers :math:`z = (0,\; s\,(\bar r - c) + b)`,
    where :math:`\bar r` is a pool's mean rate in the answer window, the scale
    :math:`s > 0` is the softplus of a learned number and :math:`b` is learned. The
    single pool is compared with the threshold :math:`\theta = c - b / s` (after Chen,
    Scherr and Maass 2022, who keep theirs fixed). The centre :math:`c` is set once: a
    step of the optimiser then moves a logit by its learning rate however narrowly the
    rates are spread; a threshold learned in Hz would jump across them.

    Parameters
    ----------
    pools
        Cells of each pool, ``(n_pools, pool_size)``.
    n_classes
        Number of answers: that of the pools, or 2 if there is one pool.
    centre_hz, scale_per_hz
        Values before training.

    Raises
    ------
    InputError
        If pools and answers do not fit.
    """

    def __init__(
        self,
        pools: IntArray,
        n_classes: int,
        *,
        centre_hz: float = 0.0,
        scale_per_hz: float = 1.0,
    ) -> None:
        super().__init__()
        n_pools = pools.shape[0]
        self.is_single = n_pools == 1 and n_classes == 2
        if n_pools != n_classes and not self.is_single:
            raise InputError(f"readout: {n_pools} pools for {n_classes} answers")
        self.pools: Tensor
        self.register_buffer("pools", torch.from_numpy(pools.copy()))
        self.centre_hz: Tensor
        self.register_buffer("centre_hz", torch.full((n_pools,), float(centre_hz)))
        raw = float(np.log(np.expm1(scale_per_hz)))  # the inverse of softplus
        self.raw_scale = nn.Parameter(torch.tensor(raw))
        self.bias = nn.Parameter(torch.zeros(n_pools))

    @property
    def scale_per_hz(self) -> Tensor:
        """The positive scale, 1/Hz."""
        return functional.softplus(self.raw_scale)

    @torch.no_grad()
    def calibrate(self, mean_rate_hz: Tensor) -> None:
        """Set the centre to the mean of the pools, the scale to their spread.

        Logits then start around 0 with a spread of 1 over trials, whatever the rates.

        Parameters
        ----------
        mean_rate_hz
            Mean rates of all cells in the answer window of some trials, Hz,
            ``(batch, n_cells)``.
        """
        pool_hz = self._pool_hz(mean_rate_hz)
        spread_hz = pool_hz.std(dim=0, correction=0).mean().clamp(min=_LEAST_HZ)
        scale = 1.0 / spread_hz
        self.raw_scale.copy_(scale + torch.log(-torch.expm1(-scale)))
        self.centre_hz.copy_(pool_hz.mean(dim=0))

    def forward(self, mean_rate_hz: Tensor) -> Tensor:
        """Return logits.

        Parameters
        ----------
        mean_rate_hz
            Mean rates of all cells in the answer window, Hz, ``(batch, n_cells)``.

        Returns
        -------
        Tensor
            ``(batch, n_classes)``.
        """
        pool_hz = self._pool_hz(mean_rate_hz)
        logits = self.scale_per_hz * (pool_hz - self.centre_hz) + self.bias
        if not self.is_single:
            return logits
        return torch.cat([torch.zeros_like(logits), logits], dim=1)

    def _pool_hz(self, mean_rate_hz: Tensor) -> Tensor:
        """Return the mean rates of the pools, Hz, ``(batch, n_pools)``."""
        return mean_rate_hz[:, self.pools].mean(dim=2)


class Readouts(nn.Module):
    """The readouts of all tasks of a network, each with pools of its own.

    Parameters
    ----------
    readouts
        By the name of the task.
    """

    def __init__(self, readouts: Mapping[str, Readout]) -> None:
        super().__init__()
        self.by_task = nn.ModuleDict(readouts)

    def calibrate(self, mean_rate_hz: Tensor, task: str) -> None:
        """Calibrate the readout of a task, see :meth:`Readout.calibrate`."""
        self._readout(task).calibrate(mean_rate_hz)

    def forward(self, mean_rate_hz: Tensor, task: str) -> Tensor:
        """Return the logits of a task.

        Parameters
        ----------
        mean_rate_hz
            Mean rates of all cells in each trial's answer window, Hz,
            ``(batch, n_cells)``.
        task
            Name of the task.

        Returns
        -------
        Tensor
            ``(batch, n_classes)``.
        """
        logits: Tensor = self._readout(task)(mean_rate_hz)
        return logits

    def _readout(self, task: str) -> Readout:
        return cast(Readout, self.by_task[task])


def build_readouts(
    tasks: Mapping[str, Task], population: NDArray[np.integer], config: ReadoutConfig
) -> Readouts:
    """Draw the pools of all tasks and make their readouts.

    Parameters
    ----------
    tasks
        The tasks by name.
    population
        Population of each cell, ``(n_cells,)``.
    config
        Where answers are read from.

    Raises
    ------
    InputError
        If the layer has too few cells.
    """
    one_pool = config.binary == "threshold"
    n_pools = {
        name: 1 if one_pool and task.n_classes == 2 else task.n_classes
        for name, task in tasks.items()
    }
    pools = draw_pools(
        population,
        n_pools,
        layer=config.layer,
        pool_size=config.pool_size,
        seed=config.seed,
    )
    return Readouts(
        {
            name: Readout(
                pools[name],
                task.n_classes,
                centre_hz=config.centre_hz,
                scale_per_hz=config.scale_per_hz,
            )
            for name, task in tasks.items()
        }
    )
