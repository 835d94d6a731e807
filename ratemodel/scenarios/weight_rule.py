"""What of a connection's weight is free to learn."""

from collections.abc import Callable
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional

from bridge.column.edges import Edges

_ONE = 0.5413248546129181
"""softplus of it is 1."""


Reduce = Callable[[Tensor], Tensor]
"""Averages a tensor over the processes of a data-parallel run."""


class WeightRule(Protocol):
    """Turns free numbers into the weights of one set of connections.

    Values come in the order of the connections, ``(n_edges,)``.
    """

    def to_free(self, weight_pa: Tensor) -> Tensor:
        """Return the free numbers that give these weights, pA."""

    def from_free(self, free: Tensor) -> Tensor:
        """Return the weights, pA; gradients flow through it."""

    def after_step(
        self, free: Tensor, rate_hz: Tensor, reduce: Reduce | None = None
    ) -> None:
        """Change the free numbers in place after a step of the optimiser.

        Parameters
        ----------
        free
            The free numbers.
        rate_hz
            Rates of this process's trials, Hz, ``(n_bins, n_cells, batch)``.
        reduce
            Averages over processes; None where there is one.
        """


class DaleSoftplus:
    r"""Dale's law by construction: signs stay, magnitudes learn.

    .. math:: J = J_0\,\mathrm{softplus}(\theta)

    with the weight :math:`J_0` before training, where softplus is 1: a step of the
    optimiser is a share of the weight, whatever its size. A weight of 0 stays 0.
    Clamping the weights after each step learns as well (MNIST, 3,000 cells, 4,000
    images, learning rate 0.03: 81 % both) and leaves weights stuck at 0.

    Parameters
    ----------
    edges
        The connections with the weights before training.
    """

    def __init__(self, edges: Edges) -> None:
        self._start_pa = torch.tensor(edges.weight_pa)

    def to_free(self, weight_pa: Tensor) -> Tensor:
        """Return theta; see :class:`WeightRule`."""
        start = self._start_pa.to(weight_pa)
        share = torch.where(start == 0.0, 1.0, weight_pa / start)
        share = share.clamp(min=torch.finfo(share.dtype).tiny)
        return torch.where(
            share == 1.0, _ONE, share + torch.log(-torch.expm1(-share))
        ).to(weight_pa)

    def from_free(self, free: Tensor) -> Tensor:
        """Return the weights, pA; see :class:`WeightRule`."""
        return self._start_pa.to(free) * functional.softplus(free)

    def after_step(
        self, free: Tensor, rate_hz: Tensor, reduce: Reduce | None = None
    ) -> None:
        """Leave the free numbers as they are."""
