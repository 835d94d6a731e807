"""From the input of every channel to the rate of every cell."""

from dataclasses import dataclass, field
from functools import reduce

import torch
from torch import Tensor

from ratemodel.cells.transfer import TorchTransfer


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
        return self.transfer(*self.inputs(channels, adaptation, injected))

    def adjoint(
        self, grad_rate: Tensor, slopes: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """Return the gradients by the channels and by the mean input.

        Parameters
        ----------
        grad_rate
            Gradient by the rates, ``(n_cells, batch)``.
        slopes
            Of the transfer function, from :meth:`TorchTransfer.linearise`.

        Returns
        -------
        tuple
            ``(n_rows, batch)`` and ``(n_cells, batch)``; the latter is also
            the gradient by every after-spike current.
        """
        parts = [grad_rate * slope for slope in slopes]
        mean = parts[0]
        if len(parts) * self.n_slots == 1:
            return mean, mean
        slots = [part for part in parts for _ in range(self.n_slots)]
        return torch.cat(slots), mean

    def inputs(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> tuple[Tensor, ...]:
        """Return the mean input (pA) and, where in use, its variance (mV^2)."""
        parts = self.by_slot(channels)
        currents = [*parts[0], *adaptation]
        if injected is not None:
            currents.append(injected)
        mean = reduce(torch.add, currents)
        if not self.has_variance:
            return (mean,)
        return mean, reduce(torch.add, parts[1])

    def by_slot(self, channels: Tensor) -> Tensor:
        """Return the channels as ``(n_quantities, n_slots, n_cells, batch)``."""
        return torch.unflatten(channels, 0, (-1, self.n_slots, self.n_cells))


@dataclass(frozen=True)
class TapedResponse(Response):
    """A response that keeps the slopes of F for the way back.

    Attributes
    ----------
    tape
        Receives the slopes of every call, in order.
    """

    tape: list[tuple[Tensor, ...]] = field(default_factory=list)

    def __call__(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        rate, slopes = self.transfer.linearise(
            *self.inputs(channels, adaptation, injected)
        )
        self.tape.append(slopes)
        return rate
