"""Connections within a layer, and products of rates at them."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS

_LAYER = np.array([name.lstrip("ei")[0] for name in POPULATIONS])


class WithinLayers:
    """The connections whose source and target lie in the same layer.

    L2/3 is one layer, so there are five.

    Parameters
    ----------
    edges
        Connections within the column.
    population
        Population of each cell, ``(n_cells,)``.

    Attributes
    ----------
    index
        Which edges these are, ``(n_within,)``.
    group
        Number of the pair of target and sign of the source, ``(n_within,)``.
    target
        Target, ``(n_within,)``.
    n_groups
        Groups that ``group`` may number: two per cell.
    """

    def __init__(self, edges: Edges, population: NDArray[np.integer]) -> None:
        layer = _LAYER[np.asarray(population)]
        is_within = layer[edges.source] == layer[edges.target]
        index = np.flatnonzero(is_within)
        source, target = edges.source[index], edges.target[index].astype(np.intp)
        self.index = torch.from_numpy(index)
        self.target = torch.from_numpy(target)
        self.source = torch.from_numpy(source.astype(np.intp))
        is_inhibitory = edges.receptor[index] % 2
        self.group = torch.from_numpy(2 * target + is_inhibitory)
        self.n_groups = 2 * len(population)
        self._blocks: list[tuple[Tensor, Tensor, Tensor]] = []
        for name in np.unique(layer[edges.target[index]]):
            cells = np.flatnonzero(layer == name)
            place = np.flatnonzero(layer[target] == name)
            row = np.searchsorted(cells, target[place])
            flat = row * cells.size + np.searchsorted(cells, source[place])
            self._blocks.append(
                (torch.from_numpy(cells), torch.from_numpy(place), _long(flat))
            )

    def mean_products(self, of_target: Tensor, of_source: Tensor) -> Tensor:
        """Return the average over samples of target value times source value.

        One product of full matrices per layer, then the entries that are
        connections: faster than a sampled product at the column's density.

        Parameters
        ----------
        of_target, of_source
            A value per cell and sample, ``(n_cells, n_samples)``.

        Returns
        -------
        Tensor
            ``(n_within,)``.
        """
        result = of_target.new_empty(self.index.numel())
        for cells, place, flat in self._blocks:
            products = of_target[cells] @ of_source[cells].T
            result[place] = products.flatten()[flat] / of_target.shape[1]
        return result

    def group_sum(self, values: Tensor) -> Tensor:
        """Return for each connection the sum over its group, ``(n_within,)``."""
        total = values.new_zeros(self.n_groups).index_add(0, self.group, values)
        return total[self.group]


def _long(values: NDArray[np.integer]) -> Tensor:
    return torch.from_numpy(values.astype(np.int64))
