"""From one weight per connection to the values of the coupling matrix."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from ratemodel.connections.channels import WEIGHT_POWER, Channels, gain_per_weight
from ratemodel.connections.coupling import places
from ratemodel.connections.delay_shares import DelayShares
from ratemodel.connections.product import Entries, Product
from ratemodel.connections.product_choice import make_product


@dataclass(frozen=True)
class WeightMap:
    """Where the weight of a connection enters, and how: ``gain w^power``.

    A weight enters the mean of its target's input with its charge and, where
    in use, the variance with its square (Campbell's sum), in as many parts as its
    delay is shared between steps. Parts that read one source for one receptor
    at one step share an entry.

    Attributes
    ----------
    connection
        Connection of every part, ``(n_parts,)``.
    gains
        Gain of every part by quantity, ``(n_quantities, n_parts)``.
    entry
        Entry that it adds to, ``(n_quantities n_parts,)``.
    product
        The matrix whose values these are.
    """

    connection: Tensor
    gains: Tensor
    entry: Tensor
    product: Product

    @classmethod
    def build(
        cls,
        edges: Edges,
        delays: DelayShares,
        column: NDArray[np.integer],
        n_columns: int,
        n_blocks: int,
        parameters: RateParameters,
        channels: Channels,
        dtype: torch.dtype,
        device: torch.device,
        product: str,
    ) -> "WeightMap":
        """Lay out the matrix of a set of connections.

        Parameters
        ----------
        edges, delays
            The connections and their delays.
        column
            Column of every part that the delays make of them, ``(n_parts,)``.
        n_columns, n_blocks
            Columns, and the blocks by steps back that they form.
        parameters, channels
            Charges, and the layout of the rows.
        dtype, device
            Of the tensors.
        product
            ``"sparse"``, ``"dense"``, or ``"auto"`` for the one that suits.

        Raises
        ------
        InputError
            If there is no such product.
        """
        row, column = places(edges, delays, column, channels)
        key, entry = np.unique(
            row.astype(np.int64) * n_columns + column, return_inverse=True
        )
        entries = Entries(
            *np.divmod(key, n_columns),
            channels.n_rows,
            n_columns // n_blocks,
            n_blocks,
        )
        gains = [
            gain_per_weight(edges, parameters, quantity)[delays.connection]
            * delays.share
            for quantity in range(channels.n_quantities)
        ]
        like = torch.zeros((), dtype=dtype, device=device)
        return cls(
            torch.from_numpy(delays.connection).to(device),
            torch.as_tensor(np.stack(gains)).to(like),
            torch.from_numpy(entry).to(device),
            make_product(entries, product, like),
        )

    def values(self, weight_pa: Tensor) -> Tensor:
        """Return the values of the matrix; autograd follows.

        Parameters
        ----------
        weight_pa
            Weights in the order of the connections, pA, ``(n_edges,)``.

        Returns
        -------
        Tensor
            pA per Hz and mV^2 per Hz, ``(n_entries,)``.
        """
        weight = weight_pa.to(self.gains)[self.connection]
        parts = [
            gain * weight**power
            for gain, power in zip(self.gains, WEIGHT_POWER, strict=False)
        ]
        empty = self.gains.new_zeros(self.product.n_entries)
        return empty.index_add(0, self.entry, torch.cat(parts))
