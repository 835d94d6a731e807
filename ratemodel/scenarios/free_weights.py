"""Weights that may change their sign."""

import numpy as np
import torch
from torch import Tensor

from bridge.column.edges import N_RECEPTORS, Edges
from ratemodel.scenarios.weight_rule import Reduce


class FreeWeights:
    """Weights in units of the mean magnitude on their receptor, whatever their sign.

    Parameters
    ----------
    edges
        The connections before training: they give the units.
    """

    def __init__(self, edges: Edges) -> None:
        count = np.bincount(edges.receptor, minlength=N_RECEPTORS)
        total = np.bincount(edges.receptor, np.abs(edges.weight_pa), N_RECEPTORS)
        unit = total / np.maximum(count, 1)
        self._unit_pa = torch.from_numpy(np.where(unit > 0.0, unit, 1.0))[
            torch.from_numpy(edges.receptor.astype(np.int64))
        ]

    def to_free(self, weight_pa: Tensor) -> Tensor:
        """Return the weights in units, ``(n_edges,)``."""
        return weight_pa / self._unit_pa.to(weight_pa)

    def from_free(self, free: Tensor) -> Tensor:
        """Return the weights, pA, ``(n_edges,)``."""
        return self._unit_pa.to(free) * free

    def after_step(
        self, free: Tensor, rate_hz: Tensor, reduce: Reduce | None = None
    ) -> None:
        """Leave the free numbers as they are."""
