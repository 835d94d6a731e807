"""A sequence captured as CUDA graphs: no launch per operation."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from bridge.errors import DeviceError
from ratemodel.gradients.plan import SequenceState
from ratemodel.gradients.sequence import RateSequence, SequenceRates
from ratemodel.variants.contract import flatten, rebuild


class FlatSequence:
    """A sequence as a function from tensors to tensors, as a capture wants it.

    Parameters
    ----------
    sequence
        The sequence.
    batch
        Trials run at once.
    steps_per_sample
        Steps that a sample of the input lasts.
    """

    def __init__(
        self, sequence: RateSequence, batch: int, steps_per_sample: int = 1
    ) -> None:
        self._sequence, self._steps_per_sample = sequence, steps_per_sample
        self.rest = sequence.rest(batch)

    def __call__(
        self, recurrent_pa: Tensor, lgn_pa: Tensor, input_hz: Tensor, *leaves: Tensor
    ) -> tuple[Tensor, ...]:
        """Return the rates, and the leaves of the state after the sequence."""
        rates, state = self._sequence(
            recurrent_pa,
            lgn_pa,
            input_hz,
            steps_per_sample=self._steps_per_sample,
            state=self.state(*leaves),
        )
        return (rates, *flatten(state))

    def state(self, *leaves: Tensor) -> SequenceState:
        """Return the state that consists of these tensors."""
        state: SequenceState = rebuild(self.rest, iter(leaves))
        return state


class CapturedSequence:
    """Replays the forward and the backward pass of a sequence on a GPU.

    Both passes are captured once for fixed shapes. The tensors returned are
    overwritten by the next call; a state may be passed on.

    Parameters
    ----------
    sequence
        The sequence, on a CUDA device.
    recurrent_pa, lgn_pa, input_hz
        Arguments of the shapes and types to come; their values do not count.
    steps_per_sample
        Steps that a sample of the input lasts.

    Raises
    ------
    DeviceError
        If the sequence is not on a GPU.
    """

    def __init__(
        self,
        sequence: RateSequence,
        recurrent_pa: Tensor,
        lgn_pa: Tensor,
        input_hz: Tensor,
        *,
        steps_per_sample: int = 1,
    ) -> None:
        if sequence.network.device.type != "cuda":
            raise DeviceError(
                "training: a sequence can be captured on a GPU only; this one is on "
                f"{sequence.network.device}"
            )
        self._flat = FlatSequence(sequence, input_hz.shape[-1], steps_per_sample)
        weights = (w.detach().clone().requires_grad_() for w in (recurrent_pa, lgn_pa))
        samples = (*weights, input_hz.clone(), *flatten(self._flat.rest))
        with warnings.catch_warnings(), _no_collection():
            # Nothing is accumulated in a graph, on whatever stream it was captured.
            warnings.filterwarnings("ignore", message="The AccumulateGrad node's")
            self._graphs: Any = torch.cuda.make_graphed_callables(self._flat, samples)

    def __call__(
        self,
        recurrent_pa: Tensor,
        lgn_pa: Tensor,
        input_hz: Tensor,
        *,
        state: SequenceState | None = None,
    ) -> SequenceRates:
        """Run one sequence, as :class:`RateSequence` does."""
        leaves = flatten(self._flat.rest if state is None else state)
        rates, *after = self._graphs(recurrent_pa, lgn_pa, input_hz, *leaves)
        return SequenceRates(rates, self._flat.state(*after))


@contextmanager
def _no_collection() -> Iterator[None]:
    """Keep the collector from destroying an older graph: that ends a capture."""
    gc.collect()
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
