"""Stretches of a sequence: forth, and back."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ratemodel.connections.product import Matrix, ProductAdjoint
from ratemodel.gradients.plan import Later, Plan
from ratemodel.variants.contract import Slopes, Steps, advance

PART_STEPS = {"cpu": 16}
"""Steps run back before their share of the input weights' gradient is taken (and
that of the recurrent ones where no loop does it on the way): on a CPU both factors
are then still in the cache; elsewhere one product serves all steps."""


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
