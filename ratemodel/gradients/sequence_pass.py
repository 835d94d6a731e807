"""A whole sequence as one autograd function with a hand-written adjoint."""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from ratemodel.gradients.plan import Plan, SequenceState
from ratemodel.gradients.segments import Entry, reverse_segment, run_segment
from ratemodel.variants.contract import (
    flatten,
)


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
