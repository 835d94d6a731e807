"""The parts of a step in which every cell is on its own, compiled if asked."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from ratemodel.cells.response import TapedResponse
from ratemodel.variants.contract import Drive, Slopes

Local = Callable[..., Any]


def compile_if(is_compiled: bool, function: Local) -> Local:
    """Return a function, compiled at its first call where that is wanted."""
    if not is_compiled:
        return function
    return torch.compile(function, fullgraph=True, dynamic=False)


class LocalSteps:
    """The functions of a variant, each pure.

    Compiled, each runs as one or two kernels in place of a dozen or more.

    Parameters
    ----------
    model
        The variant.
    is_compiled
        Whether torch compiles them, at the first call.

    Attributes
    ----------
    rate, step, step_adjoint, rate_adjoint
        As in :class:`ratemodel.variants.contract.RateVariant`.
    """

    def __init__(self, model: Any, is_compiled: bool) -> None:
        build = partial(compile_if, is_compiled)

        tape: list[Slopes] = []
        taped = replace(
            model, response=TapedResponse(**vars(model.response), tape=tape)
        )

        def noting(method: str, *arguments: Any) -> tuple[Any, list[Slopes]]:
            tape.clear()  # of a call that was interrupted
            result, noted = getattr(taped, method)(*arguments), tape[:]
            tape.clear()
            return result, noted

        self.rate, self.step = build(model.rate), build(model.step)
        self.step_adjoint = build(model.step_adjoint)
        self.rate_adjoint = build(model.rate_adjoint)
        self._noting_rate = build(lambda *arguments: noting("rate", *arguments))
        self._noting_step = build(lambda *arguments: noting("step", *arguments))

    def noting(self, tape: list[Slopes]) -> "NotingSteps":
        """Return the same steps, which append the slopes of F to a list."""
        return NotingSteps(self._noting_rate, self._noting_step, tape)


@dataclass(frozen=True)
class NotingSteps:
    """Steps that note the slopes of F.

    Attributes
    ----------
    noting_rate, noting_step
        Return the result and the slopes.
    tape
        Receives the slopes, those of a step after the other.
    """

    noting_rate: Local
    noting_step: Local
    tape: list[Slopes]

    def rate(self, state: Any, injected: Tensor | None) -> Tensor:
        """Return the rates of a state, Hz, ``(n_cells, batch)``."""
        rate: Tensor
        rate, slopes = self.noting_rate(state, injected)
        self.tape.extend(slopes)
        return rate

    def step(self, state: Any, rate: Tensor, drive: Drive) -> Any:
        """Return the state one step later."""
        state, slopes = self.noting_step(state, rate, drive)
        self.tape.extend(slopes)
        return state
