"""A whole sequence as one autograd function with a hand-written adjoint."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ratemodel.connections.product import Matrix, Product, ProductAdjoint
from ratemodel.gradients.differentiated_steps import DifferentiatedSteps
from ratemodel.gradients.event_layout import EventLayout
from ratemodel.gradients.local_steps import LocalSteps
from ratemodel.gradients.slab_pool import SlabPool
from ratemodel.variants.contract import (
    RateVariant,
    Slopes,
    Steps,
    advance,
    flatten,
    rebuild,
)

PART_STEPS = {"cpu": 16}
"""Steps run back before their share of the input weights' gradient is taken (and
that of the recurrent ones where no loop does it on the way): on a CPU both factors
are then still in the cache; elsewhere one product serves all steps."""


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
        return rates.unflatten(0, (-1, self.steps_per_bin)).mean(1)

    def injected_at(self, step: int) -> Tensor | None:
        """Return the injected current of a step."""
        if self.injected is None:
            return None
        return self.injected[step // self.steps_per_sample]


class Entry(NamedTuple):
    """Where a segment begins.

    Attributes
    ----------
    first
        Its first step.
    state
        State of the variant.
    past
        Rates of the steps before that delays reach, oldest first,
        ``(n_past, n_cells, batch)``.
    """

    first: int
    state: Any
    past: Tensor


class Segment(NamedTuple):
    """Some consecutive steps, run.

    Attributes
    ----------
    first, n_steps
        The first of them, and how many.
    rates
        Rates of the steps before that delays reach and of the steps, oldest
        first, ``(n_past + n_steps, n_cells, batch)``.
    slopes
        Slopes of F at every step, each ``(n_steps, n_cells, batch)``, or what
        else the steps noted for the way back; empty where not kept.
    """

    first: int
    n_steps: int
    rates: Tensor
    slopes: Slopes

    def parts(self, n_past: int) -> Iterator["Segment"]:
        """Yield the segment in short parts, the last one first."""
        length = PART_STEPS.get(self.rates.device.type, self.n_steps)
        for start in reversed(range(0, self.n_steps, length)):
            n_steps = min(length, self.n_steps - start)
            yield Segment(
                self.first + start,
                n_steps,
                self.rates[start : start + n_steps + n_past],
                tuple(slope[start : start + n_steps] for slope in self.slopes),
            )


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


class SequencePass(torch.autograd.Function):
    """Rates of a sequence from the values of its two matrices.

    Activity is stored ``[neuron, batch]`` step by step. The way back applies
    the adjoint of each step and of the recurrent product, which collects the
    gradient of its values; that of the input's values is one product of the stored
    factors, sampled at the entries.
    """

    @staticmethod
    def forward(
        ctx: Any, recurrent: Tensor, external: Tensor, plan: Plan, start: SequenceState
    ) -> tuple[Tensor, ...]:
        """Return rates by bin, the last rates, and the leaves of the last state."""
        keeps = plan.is_whole and any(ctx.needs_input_grad)
        matrices = plan.matrices(recurrent, external)
        entry, entries, bins = Entry(0, start.variant, start.rates), [], []
        while entry.first < plan.n_steps:
            entries.append(entry)
            segment, entry = run_segment(plan, matrices, entry, keeps)
            bins.append(plan.binned(segment.rates))
            if not (keeps or plan.shows_rates):
                plan.slabs.give_back(segment.rates)
        ctx.plan, ctx.entries, ctx.kept = plan, entries, segment if keeps else None
        leaves = flatten(entry.state)
        ctx.mark_non_differentiable(entry.past, *leaves)
        rates = bins[0] if len(bins) == 1 else torch.cat(bins)
        ctx.save_for_backward(recurrent, external)
        return (rates, entry.past, *leaves)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_bins: Tensor, *_: Tensor) -> tuple[Any, ...]:
        """Return the gradients of both sets of values."""
        plan: Plan = ctx.plan
        recurrent, external = ctx.saved_tensors
        adjoint = plan.recurrent.adjoint(recurrent)
        by_external = torch.zeros_like(external)
        grad_bins = grad_bins.contiguous()
        later = plan.nothing_later(grad_bins)
        # What was kept serves once; a second call of backward runs it again.
        kept, ctx.kept = ctx.kept, None
        for entry in reversed(ctx.entries):
            segment = kept
            if kept is None:
                matrices = plan.matrices(recurrent, external)
                segment = run_segment(plan, matrices, entry, True)[0]
            for part in segment.parts(plan.n_past):
                drives, later = reverse_segment(plan, adjoint, part, grad_bins, later)
                adjoint.collect(drives, part.rates)
                summed, sources = plan.events.gather(drives, plan.sources, part.first)
                plan.external.add_sampled(summed, sources, by_external)
                plan.slabs.give_back(drives)
            plan.slabs.give_back(*segment.slopes)
            if kept is None or not plan.shows_rates:
                plan.slabs.give_back(segment.rates)
        return adjoint.gradient(), by_external, None, None


def run_segment(
    plan: Plan, matrices: tuple[Matrix, Matrix], entry: Entry, keeps_slopes: bool
) -> tuple[Segment, Entry]:
    """Run the steps of a segment.

    Parameters
    ----------
    plan
        The sequence.
    matrices
        Recurrent and external matrix.
    entry
        Where the segment begins.
    keeps_slopes
        Whether the segment will be run back.

    Returns
    -------
    tuple
        The segment, and the entry into the next one.
    """
    first, state, past = entry
    n_past, n_steps = plan.n_past, min(plan.segment_steps, plan.n_steps - first)
    rates = plan.slabs.take(n_past + n_steps, past)
    rates[:n_past] = past
    tape = list[Slopes]()
    steps: Steps[Any] = plan.local.noting(tape) if keeps_slopes else plan.local
    slabs: Slopes = ()
    external = past.new_empty(plan.constant.shape[0], past.shape[-1])
    synaptic = torch.empty_like(external)
    constant = plan.constant.repeat(1, past.shape[-1])
    event = -1

    def drive(now: Tensor) -> Tensor:
        rates[n_past + index] = now
        return matrices[0].multiply(
            rates[index : index + n_past + 1], external, synaptic
        )

    for index in range(n_steps):
        if plan.events.of_step[first + index] != event:
            event = plan.events.of_step[first + index]
            matrices[1].multiply(plan.sources[event, None], constant, external)
        _, state = advance(steps, state, plan.injected_at(first + index), drive)
        if not tape:
            continue
        slopes = tape.pop()
        if not slabs:
            slabs = tuple(plan.slabs.take(n_steps, slope[None]) for slope in slopes)
        for slab, slope in zip(slabs, slopes, strict=True):
            slab[index] = slope
    last = rates[n_steps:].clone()
    return Segment(first, n_steps, rates, slabs), Entry(first + n_steps, state, last)


def reverse_segment(
    plan: Plan,
    adjoint: ProductAdjoint,
    segment: Segment,
    grad_bins: Tensor,
    later: Later,
) -> tuple[Tensor, Later]:
    """Run a segment back.

    Parameters
    ----------
    plan
        The sequence.
    adjoint
        Of the recurrent product.
    segment
        The segment, with its slopes.
    grad_bins
        Gradient by the rates of every bin, ``(n_bins, n_cells, batch)``.
    later
        From the segment after it.

    Returns
    -------
    tuple
        Gradient by the synaptic drive of every step, ``(n_steps, n_rows,
        batch)``, and what the segment before needs.
    """
    n_steps, n_past = segment.n_steps, plan.n_past
    row = plan.constant.expand(-1, segment.rates.shape[-1])
    drives = plan.slabs.take(n_steps, row[None])
    pending = later.pending
    if n_past:
        pending = plan.slabs.take(n_steps + n_past, segment.rates)
        pending[n_steps:] = later.pending
    grad_state, local = later.state, plan.local
    for index in reversed(range(n_steps)):
        slopes = tuple(slab[index] for slab in segment.slopes)
        grad_state, grad_rate, drives[index] = local.step_adjoint(grad_state, slopes)
        from_output = grad_bins[(segment.first + index) // plan.steps_per_bin]
        grad_rate = torch.add(grad_rate, from_output, alpha=1.0 / plan.steps_per_bin)
        window = slice(index, index + n_past + 1)
        if n_past:
            pending[index] = 0.0  # nothing has acted on the oldest of them yet
            adjoint.push(drives[index], segment.rates[window], pending[window])
            grad_rate += pending[index + n_past]
        else:
            adjoint.push(drives[index], segment.rates[window], grad_rate[None])
        grad_state = local.rate_adjoint(grad_state, grad_rate, slopes)
    before = pending[:n_past].clone()
    if n_past:
        plan.slabs.give_back(pending)
    return drives, Later(grad_state, before)
