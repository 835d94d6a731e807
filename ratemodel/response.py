"""From the input of every channel to the rate of every cell."""

from dataclasses import dataclass
from functools import reduce

import torch
from torch import Tensor

from ratemodel.transfer import TorchTransfer


@dataclass(frozen=True)
class Response:
    """Sums the channels of each cell and applies its transfer function.

    Attributes
    ----------
    transfer
        The transfer functions.
    n_cells, n_slots
        Cells, and receptor slots per cell.
    has_variance
        Whether a second set of channels carries the variance (mV^2).
    """

    transfer: TorchTransfer
    n_cells: int
    n_slots: int
    has_variance: bool

    @property
    def n_rows(self) -> int:
        """Number of channel rows: quantities x slots x cells."""
        return (2 if self.has_variance else 1) * self.n_slots * self.n_cells

    def __call__(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``.

        Parameters
        ----------
        channels
            Input by quantity (mean pA, then variance mV^2), slot and cell,
            ``(n_rows, batch)`` with ``n_rows = n_quantities n_slots n_cells``.
        adaptation
            After-spike currents, pA, ``(n_components, n_cells, batch)``.
        injected
            Injected current, pA, ``(n_cells, batch)``, or None.
        """
        parts = channels.unflatten(0, (-1, self.n_slots, self.n_cells))
        currents = [*parts[0], *adaptation]
        if injected is not None:
            currents.append(injected)
        mean = reduce(torch.add, currents)
        if not self.has_variance:
            return self.transfer(mean)
        return self.transfer(mean, reduce(torch.add, parts[1]))
