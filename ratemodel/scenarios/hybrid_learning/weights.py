"""Weights that learn by a Hebbian rule within a layer, by gradient elsewhere."""

import numpy as np
import torch
from torch import Tensor

from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.hybrid_learning.hebbian import HebbianRule
from ratemodel.scenarios.hybrid_learning.layers import WithinLayers
from ratemodel.scenarios.weight_rule import DaleSoftplus, Reduce


class HybridWeights:
    """Recurrent weights of fixed sign: those within a layer follow the rates.

    No gradient reaches these; their free numbers are their relative magnitudes, see
    :mod:`ratemodel.scenarios.hybrid_learning.hebbian`. All others follow the gradient,
    as :class:`~ratemodel.scenarios.weight_rule.DaleSoftplus` has it.

    Parameters
    ----------
    parameters
        The untrained network: it gives signs and norms.
    rule
        Rule within a layer.

    Attributes
    ----------
    within
        The connections within a layer.
    """

    def __init__(self, parameters: RateParameters, rule: HebbianRule) -> None:
        edges = parameters.recurrent
        self.within = WithinLayers(edges, parameters.population)
        self._rule, self._others = rule, DaleSoftplus(edges)
        is_within = np.zeros(edges.n_edges, dtype=bool)
        is_within[self.within.index.numpy()] = True
        self._is_within = torch.from_numpy(is_within)
        weight = torch.from_numpy(edges.weight_pa.copy())
        own = weight[self.within.index]
        norm = self.within.group_sum(own.square()).sqrt()
        unit = torch.from_numpy(np.where(edges.receptor % 2 == 1, -1.0, 1.0))
        unit[self.within.index] *= torch.where(norm > 0.0, norm, 1.0)
        self._unit_pa = unit

    def to_free(self, weight_pa: Tensor) -> Tensor:
        """Return the free numbers that give these weights, pA."""
        relative = weight_pa / self._unit_pa.to(weight_pa)
        others = self._others.to_free(weight_pa)
        return torch.where(self._mask(weight_pa), relative, others)

    def from_free(self, free: Tensor) -> Tensor:
        """Return the weights, pA; gradients reach those between layers."""
        own = self._unit_pa.to(free) * free.detach()
        return torch.where(self._mask(free), own, self._others.from_free(free))

    @torch.no_grad()
    def after_step(
        self, free: Tensor, rate_hz: Tensor, reduce: Reduce | None = None
    ) -> None:
        """Let the weights within a layer follow the rates.

        Parameters
        ----------
        free
            The free numbers, changed in place, ``(n_edges,)``.
        rate_hz
            Rates, Hz, ``(n_bins, n_cells, batch)``.
        reduce
            Averages over the processes of a data-parallel run.
        """
        index = self.within.index
        u = free[index].cpu()
        rates = rate_hz.to(u).transpose(0, 1).flatten(1)
        following = self._rule.following(u, rates, self.within, reduce or _alone)
        free[index] = following.to(free)

    def _mask(self, like: Tensor) -> Tensor:
        return self._is_within.to(like.device)


def _alone(averages: Tensor) -> Tensor:
    return averages
