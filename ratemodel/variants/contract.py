"""The step contract that every variant of the rate model keeps."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, TypeVar

import torch
from torch import Tensor

from ratemodel.cells.adaptation import Adaptation
from ratemodel.cells.response import Response

State = TypeVar("State", bound=tuple[Any, ...])

Slopes = tuple[Tensor, ...]
"""Derivatives of F by mean and variance, each ``(n_cells, batch)``."""


class Drive(NamedTuple):
    """Input of one step, held constant during it.

    Attributes
    ----------
    synaptic
        ``W r`` + LGN + constant input by channel, before any synaptic filter,
        ``(n_rows, batch)``; see :class:`ratemodel.cells.response.Response`.
    injected
        Injected current, pA, ``(n_cells, batch)``, or None.
    """

    synaptic: Tensor
    injected: Tensor | None


class Steps(Protocol[State]):
    """The two functions that a step consists of."""

    def rate(self, state: State, injected: Tensor | None) -> Tensor:
        """Return the rates of a state, Hz, ``(n_cells, batch)``."""

    def step(self, state: State, rate: Tensor, drive: Drive) -> State:
        """Return the state one step later.

        Parameters
        ----------
        state
            State now.
        rate
            Its rates, Hz, as :meth:`rate` gives them.
        drive
            Input during the step.
        """


class RateVariant(Steps[State], Protocol[State]):
    """A discrete rate model of one column: pure functions of its state."""

    @property
    def hold_steps(self) -> float:
        """Mean extra delay, in steps, of recurrent input.

        Holding values during a step adds it; delays are shortened by it.
        """

    @property
    def input_hold_steps(self) -> float:
        """The same for external (LGN) input."""

    @property
    def splits_jumps(self) -> bool:
        """Whether a jump of the injected current counts by half where it happens.

        So it does where F is read at the start of a step and stands for half a
        step before as well; see :func:`injected_during`.
        """

    def init(self, batch: int) -> State:
        """Return the state at rest: all zero."""

    def steady(self, rate: Tensor, drive: Drive) -> State:
        """Return the state that stands still at ``rate`` under ``drive``."""


class ContinuousVariant(RateVariant[State], Protocol[State]):
    """A variant whose state is that of its differential equation."""

    def derivative(self, state: State, rate: Tensor, drive: Drive) -> State:
        """Return the time derivative (per ms) of the continuous model."""


class TrainableVariant(RateVariant[State], Protocol[State]):
    """A variant that can be run back: its parts and their adjoints."""

    @property
    def adaptation(self) -> Adaptation:
        """After-spike currents."""

    @property
    def response(self) -> Response:
        """Channels to rate."""

    def channels(self, state: State, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""

    def step_adjoint(
        self, grad_next: State, slopes: Slopes
    ) -> tuple[State, Tensor, Tensor]:
        """Return the gradients by the three arguments of :meth:`step`.

        Parameters
        ----------
        grad_next
            Gradient by the state a step later.
        slopes
            Of F, where the step or its rate reads it.

        Returns
        -------
        tuple
            Gradients by the state (beside what it does through its rate), by
            the rate ``(n_cells, batch)`` and by the synaptic drive
            ``(n_rows, batch)``.
        """

    def rate_adjoint(
        self, grad_state: State, grad_rate: Tensor, slopes: Slopes
    ) -> State:
        """Return ``grad_state`` with the gradient through :meth:`rate` added."""


class PublishedVariant(
    TrainableVariant[State], ContinuousVariant[State], Protocol[State]
):
    """A variant with the update rules as published: of first order in the step."""


class SecondOrderVariant(TrainableVariant[State], Protocol[State]):
    """A variant of second order in the step."""

    def currents(self, state: State, rate: Tensor) -> Tensor:
        """Return the after-spike currents that F reads in a step, pA.

        Parameters
        ----------
        state, rate
            As of :meth:`step`; not used by a variant that reads F in :meth:`rate`.

        Returns
        -------
        Tensor
            To be summed over the first axis, ``(-1, n_cells, batch)``.
        """


def advance(
    model: Steps[State],
    state: State,
    injected: Tensor | None,
    synaptic_of: Callable[[Tensor], Tensor],
) -> tuple[Tensor, State]:
    """Take one step of a network; every run, trained or not, consists of these.

    Parameters
    ----------
    model
        The variant.
    state
        State now.
    injected
        Injected current, pA, ``(n_cells, batch)``, or None.
    synaptic_of
        Returns the synaptic drive ``(n_rows, batch)`` that the rates now cause,
        with all external input.

    Returns
    -------
    tuple
        The rates now, Hz, and the state one step later.
    """
    rate = model.rate(state, injected)
    return rate, model.step(state, rate, Drive(synaptic_of(rate), injected))


def injected_during(
    model: RateVariant[Any], before: Tensor | None, now: Tensor | None
) -> Tensor | None:
    """Return the injected current, pA, that a step counts with.

    Parameters
    ----------
    model
        The variant.
    before, now
        Current of the step before and of the step, pA; None where there is none.
    """
    if before is None or now is None or not model.splits_jumps:
        return now
    return torch.lerp(before, now, 0.5)


def flatten(state: Any) -> list[Tensor]:
    """Return the tensors of a state in order."""
    if isinstance(state, Tensor):
        return [state]
    return [leaf for part in state for leaf in flatten(part)]


def rebuild(template: Any, leaves: Iterator[Tensor]) -> Any:
    """Return a state built like ``template`` from the tensors of :func:`flatten`."""
    if isinstance(template, Tensor):
        return next(leaves)
    parts = [rebuild(part, leaves) for part in template]
    return type(template)(*parts) if hasattr(template, "_fields") else tuple(parts)
