"""Steps run back by torch, for a variant without a hand-written adjoint."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from torch import Tensor
from torch.func import vjp

from ratemodel.gradients.local_steps import Local, compile_if
from ratemodel.variants.contract import Drive, RateVariant, Slopes, flatten, rebuild


class DifferentiatedSteps:
    """The functions of a variant, their adjoints by reverse differentiation.

    It stores the state and the input of every step in place of the slopes of F
    and evaluates the step again on the way back: slower than
    :class:`ratemodel.gradients.local_steps.LocalSteps`, and right for any variant.

    Parameters
    ----------
    model
        The variant.
    is_compiled
        Whether torch compiles them, at the first call.

    Attributes
    ----------
    rate, step, step_adjoint, rate_adjoint
        As in :class:`ratemodel.variants.contract.TrainableVariant`, with what the steps
        noted in place of the slopes.
    """

    def __init__(self, model: RateVariant[Any], is_compiled: bool) -> None:
        build = partial(compile_if, is_compiled)
        self._model = model
        self._template = model.init(1)
        self._n_leaves = len(flatten(self._template))
        self.rate, self.step = build(model.rate), build(model.step)
        self.step_adjoint = build(self._step_adjoint)
        self.rate_adjoint = build(self._rate_adjoint)

    def noting(self, tape: list[Slopes]) -> "NotingStates":
        """Return the same steps, which append state and input to a list."""
        return NotingStates(self.rate, self.step, tape)

    def _step_adjoint(
        self, grad_next: Any, noted: tuple[Tensor, ...]
    ) -> tuple[Any, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step.

        Parameters
        ----------
        grad_next
            Gradient by the state a step later.
        noted
            Leaves of the state, rate, synaptic drive and, where there was one,
            injected current.
        """
        leaves, rate, synaptic, injected = self._split(noted)

        def step(rate: Tensor, synaptic: Tensor, *leaves: Tensor) -> Any:
            drive = Drive(synaptic, injected)
            return tuple(flatten(self._model.step(self._state(leaves), rate, drive)))

        pull_back = vjp(step, rate, synaptic, *leaves)[1]
        by_rate, by_synaptic, *by_leaves = pull_back(tuple(flatten(grad_next)))
        return self._state(by_leaves), by_rate, by_synaptic

    def _rate_adjoint(
        self, grad_state: Any, grad_rate: Tensor, noted: tuple[Tensor, ...]
    ) -> Any:
        """Return ``grad_state`` with the gradient through the rate added."""
        leaves, _, _, injected = self._split(noted)

        def rate(*leaves: Tensor) -> Tensor:
            return self._model.rate(self._state(leaves), injected)

        pull_back = vjp(rate, *leaves)[1]
        pairs = zip(flatten(grad_state), pull_back(grad_rate), strict=True)
        return self._state([before + by_rate for before, by_rate in pairs])

    def _split(
        self, noted: tuple[Tensor, ...]
    ) -> tuple[tuple[Tensor, ...], Tensor, Tensor, Tensor | None]:
        leaves, rest = noted[: self._n_leaves], noted[self._n_leaves :]
        return leaves, rest[0], rest[1], rest[2] if len(rest) > 2 else None

    def _state(self, leaves: Any) -> Any:
        return rebuild(self._template, iter(leaves))


@dataclass(frozen=True)
class NotingStates:
    """Steps that note what they start from.

    Attributes
    ----------
    plain_rate, plain_step
        The functions.
    tape
        Receives state, rate and input of every step.
    """

    plain_rate: Local
    plain_step: Local
    tape: list[Slopes]

    def rate(self, state: Any, injected: Tensor | None) -> Tensor:
        """Return the rates of a state, Hz, ``(n_cells, batch)``."""
        rate: Tensor = self.plain_rate(state, injected)
        return rate

    def step(self, state: Any, rate: Tensor, drive: Drive) -> Any:
        """Return the state one step later."""
        injected = () if drive.injected is None else (drive.injected,)
        self.tape.append((*flatten(state), rate, drive.synaptic, *injected))
        return self.plain_step(state, rate, drive)
