"""The step contract that every variant of the rate model keeps."""

from typing import NamedTuple, Protocol, TypeVar

from torch import Tensor

State = TypeVar("State", bound=tuple)


class Drive(NamedTuple):
    """Input of one step, held constant during it.

    Attributes
    ----------
    synaptic
        ``W r`` + LGN + constant input by channel, before any synaptic filter,
        ``(n_rows, batch)``; see :class:`ratemodel.response.Response`.
    injected
        Injected current, pA, ``(n_cells, batch)``, or None.
    """

    synaptic: Tensor
    injected: Tensor | None


class RateVariant(Protocol[State]):
    """A discrete rate model of one column: pure functions of its state."""

    @property
    def hold_steps(self) -> float:
        """Mean extra delay, in steps, of recurrent input.

        Holding values during a step adds it; delays are shortened by it.
        """

    @property
    def input_hold_steps(self) -> float:
        """The same for external (LGN) input."""

    def init(self, batch: int) -> State:
        """Return the state at rest: all zero."""

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

    def derivative(self, state: State, rate: Tensor, drive: Drive) -> State:
        """Return the time derivative (per ms) of the continuous model."""

    def steady(self, rate: Tensor, drive: Drive) -> State:
        """Return the state that stands still at ``rate`` under ``drive``."""
