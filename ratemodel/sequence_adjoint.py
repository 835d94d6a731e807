"""A whole sequence as one autograd function with a hand-written adjoint."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ratemodel.event_layout import EventLayout
from ratemodel.product import Matrix, Product
from ratemodel.response import TapedResponse
from ratemodel.variant import RateVariant, Slopes, advance, flatten


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
    model
        The variant.
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
    """

    model: RateVariant[Any]
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

    def matrices(self, recurrent: Tensor, external: Tensor) -> tuple[Matrix, Matrix]:
        """Return the matrices that the steps multiply by."""
        return (
            self.recurrent.forward_matrix(recurrent),
            self.external.forward_matrix(external),
        )

    def nothing_later(self, like: Tensor) -> "Later":
        """Return what comes back from beyond the end: all zero."""
        n_past, n_rows = self.recurrent.n_blocks - 1, self.constant.shape[0]
        batch = like.shape[-1]
        return Later(self.model.init(batch), like.new_zeros(n_past, n_rows, batch))

    def injected_at(self, step: int) -> Tensor | None:
        """Return the injected current of a step."""
        if self.injected is None:
            return None
        return self.injected[step // self.steps_per_sample]


class Segment(NamedTuple):
    """Some consecutive steps.

    Attributes
    ----------
    first
        The first of them.
    state
        State of the variant before it.
    rates
        Rates of the past that delays reach and of the steps, oldest first,
        ``(n_blocks - 1 + n_steps, n_cells, batch)``.
    slopes
        Slopes of F at every step; empty where not kept.
    """

    first: int
    state: Any
    rates: Tensor
    slopes: list[Slopes]


class Later(NamedTuple):
    """What the steps after a segment pass back to it.

    Attributes
    ----------
    state
        Gradient by the state of the variant after the segment.
    drives
        Gradients by the synaptic drive of the first steps after it, as many as
        the longest delay, ``(n_past, n_rows, batch)``.
    """

    state: Any
    drives: Tensor


class SequencePass(torch.autograd.Function):
    """Rates of a sequence from the values of its two matrices.

    Activity is stored ``[neuron, batch]`` step by step. The way back applies
    the adjoint of each step and the transposed product; the gradient of the
    values is one product of the stored factors, sampled at the entries.
    """

    @staticmethod
    def forward(
        ctx: Any, recurrent: Tensor, external: Tensor, plan: Plan, start: SequenceState
    ) -> tuple[Tensor, ...]:
        """Return rates by bin, the last rates, and the leaves of the last state."""
        stores = plan.segment_steps >= plan.n_steps
        matrices = plan.matrices(recurrent, external)
        state, past = start.variant, start.rates
        segments, bins = [], []
        for first in range(0, plan.n_steps, plan.segment_steps):
            segment, state = run_segment(plan, matrices, first, state, past, stores)
            rates = segment.rates[past.shape[0] :]
            if plan.steps_per_bin > 1:
                rates = rates.unflatten(0, (-1, plan.steps_per_bin)).mean(1)
            bins.append(rates)
            segments.append(segment if stores else segment._replace(rates=past))
            past = _last(segment.rates, past.shape[0])
        ctx.plan, ctx.segments, ctx.stores = plan, segments, stores
        ctx.save_for_backward(recurrent, external)
        leaves = flatten(state)
        ctx.mark_non_differentiable(past, *leaves)
        return (bins[0] if len(bins) == 1 else torch.cat(bins), past, *leaves)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, grad_bins: Tensor, *_: Tensor) -> tuple[Any, ...]:
        """Return the gradients of both sets of values."""
        plan: Plan = ctx.plan
        recurrent, external = ctx.saved_tensors
        matrices = plan.matrices(recurrent, external)
        transposed = plan.recurrent.backward_matrix(recurrent)
        grads = torch.zeros_like(recurrent), torch.zeros_like(external)
        later = plan.nothing_later(grad_bins)
        for segment in reversed(ctx.segments):
            if not ctx.stores:
                segment, _ = run_segment(
                    plan, matrices, segment.first, segment.state, segment.rates, True
                )
            drives, later = reverse_segment(plan, transposed, segment, grad_bins, later)
            grads[0].add_(plan.recurrent.sampled(drives, segment.rates))
            summed, sources = plan.events.gather(drives, plan.sources, segment.first)
            grads[1].add_(plan.external.sampled(summed, sources))
        return *grads, None, None


def run_segment(
    plan: Plan,
    matrices: tuple[Matrix, Matrix],
    first: int,
    state: Any,
    past: Tensor,
    keeps_slopes: bool,
) -> tuple[Segment, Any]:
    """Run the steps of a segment.

    Parameters
    ----------
    plan
        The sequence.
    matrices
        Recurrent and external matrix.
    first
        First step.
    state, past
        State of the variant, and the rates of the steps before.
    keeps_slopes
        Whether the segment will be run back.

    Returns
    -------
    tuple
        The segment and the state of the variant after it.
    """
    n_past, n_steps = past.shape[0], min(plan.segment_steps, plan.n_steps - first)
    rates = past.new_empty(n_past + n_steps, *past.shape[1:])
    rates[:n_past] = past
    segment = Segment(first, state, rates, [])
    model = _taped(plan.model, segment.slopes) if keeps_slopes else plan.model
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
        _, state = advance(model, state, plan.injected_at(first + index), drive)
    return segment, state


def reverse_segment(
    plan: Plan, transposed: Matrix, segment: Segment, grad_bins: Tensor, later: Later
) -> tuple[Tensor, Later]:
    """Run a segment back.

    Parameters
    ----------
    plan
        The sequence.
    transposed
        Transposed recurrent matrix.
    segment
        The segment, with its slopes.
    grad_bins
        Gradient by the rates of every bin, ``(n_bins, n_cells, batch)``.
    later
        From the segment after it.

    Returns
    -------
    tuple
        Gradient by the synaptic drive of every step,
        ``(n_steps, n_rows, batch)``, and what the segment before needs.
    """
    n_past, n_steps = later.drives.shape[0], len(segment.slopes)
    drives = later.drives.new_empty(n_steps + n_past, *later.drives.shape[1:])
    drives[n_steps:] = later.drives
    grad_state, model = later.state, plan.model
    for index in reversed(range(n_steps)):
        slopes = segment.slopes[index]
        grad_state, grad_rate, drives[index] = model.step_adjoint(grad_state, slopes)
        from_output = grad_bins[(segment.first + index) // plan.steps_per_bin]
        grad_rate = torch.add(grad_rate, from_output, alpha=1.0 / plan.steps_per_bin)
        window = drives[index : index + n_past + 1]
        transposed.multiply(window, grad_rate, grad_rate)
        grad_state = model.rate_adjoint(grad_state, grad_rate, slopes)
    return drives[:n_steps], Later(grad_state, drives[:n_past].clone())


def _taped(model: Any, tape: list[Slopes]) -> RateVariant[Any]:
    return replace(model, response=TapedResponse(**vars(model.response), tape=tape))


def _last(rates: Tensor, n_past: int) -> Tensor:
    return rates[rates.shape[0] - n_past :].clone()
