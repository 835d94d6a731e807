"""What a sequence consists of, and what follows it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ratemodel.connections.product import Matrix, Product
from ratemodel.gradients.differentiated_steps import DifferentiatedSteps
from ratemodel.gradients.event_layout import EventLayout
from ratemodel.gradients.local_steps import LocalSteps
from ratemodel.gradients.slab_pool import SlabPool
from ratemodel.variants.contract import (
    RateVariant,
    flatten,
    injected_during,
    rebuild,
)


class SequenceState(NamedTuple):
    """What a sequence hands to the next one.

    Attributes
    ----------
    variant
        State of the variant.
    rates
        Rates of the steps before, as many as the longest delay, oldest first,
        Hz, ``(n_past, n_cells, batch)``.
    inputs
        Input of the steps before, likewise, Hz, ``(n_past, n_inputs, batch)``.
    """

    variant: Any
    rates: Tensor
    inputs: Tensor


@dataclass(frozen=True)
class Plan:
    """Everything a sequence needs beside the values of its matrices.

    Attributes
    ----------
    model, local
        The variant, and the functions that run its steps.
    recurrent, external
        The products.
    constant
        Constant input by row, ``(n_rows, 1)``.
    events, sources
        External sources, by event.
    injected
        Injected current by sample, pA, ``(n_samples, n_cells, batch)``, or None.
    steps_per_sample
        Steps that a sample of ``injected`` lasts.
    n_steps, segment_steps, steps_per_bin
        Steps of the sequence, of a segment, and of a bin of the rates returned.
    slabs
        Where large tensors come from.
    """

    model: RateVariant[Any]
    local: LocalSteps | DifferentiatedSteps
    recurrent: Product
    external: Product
    constant: Tensor
    events: EventLayout
    sources: Tensor
    injected: Tensor | None
    steps_per_sample: int
    n_steps: int
    segment_steps: int
    steps_per_bin: int
    slabs: SlabPool

    def matrices(self, recurrent: Tensor, external: Tensor) -> tuple[Matrix, Matrix]:
        """Return the matrices that the steps multiply by."""
        return (
            self.recurrent.forward_matrix(recurrent),
            self.external.forward_matrix(external),
        )

    def nothing_later(self, like: Tensor) -> "Later":
        """Return what comes back from beyond the end: all zero."""
        state = self.model.init(like.shape[-1])
        zeros = (torch.zeros_like(leaf) for leaf in flatten(state))
        pending = like.new_zeros(self.n_past, *like.shape[1:])
        return Later(rebuild(state, zeros), pending)

    @property
    def n_past(self) -> int:
        """Steps that the longest delay reaches back."""
        return self.recurrent.n_blocks - 1

    @property
    def is_whole(self) -> bool:
        """Whether there is one segment only."""
        return self.segment_steps >= self.n_steps

    @property
    def shows_rates(self) -> bool:
        """Whether the rates returned are the stored ones themselves."""
        return self.is_whole and self.steps_per_bin == 1

    def binned(self, rates: Tensor) -> Tensor:
        """Return the rates of a segment by bin."""
        rates = rates[self.n_past :]
        if self.shows_rates:
            return rates
        return torch.unflatten(rates, 0, (-1, self.steps_per_bin)).mean(1)

    def injected_at(self, step: int) -> Tensor | None:
        """Return the injected current that a step counts with, pA.

        A current that begins with the sequence counts as if it was there before.
        """
        if self.injected is None:
            return None
        before = self.injected[max(step - 1, 0) // self.steps_per_sample]
        now = self.injected[step // self.steps_per_sample]
        return injected_during(self.model, before, now)


class Later(NamedTuple):
    """What the steps after a segment pass back to it.

    Attributes
    ----------
    state
        Gradient by the state of the variant after the segment.
    pending
        Gradients by the rates of its last steps, as many as the longest delay, as
        far as they act on those later ones, ``(n_past, n_cells, batch)``.
    """

    state: Any
    pending: Tensor
