r"""A variant with a membrane between input and rate, of second order in the step.

The equations are those of :class:`ratemodel.cells.membrane.Membrane`. The lag is
exact for a mean input that is a straight line between the evaluations of F
(:class:`ratemodel.cells.trapezoid.Trapezoid`). The share of free cells takes its
two terms in turn, half of the one before and after the whole of the other (Strang
1968, SIAM J. Numer. Anal. 5:506), with :math:`q=G-F`:

.. math::
   a_n = e^{-q_n dt/2}\,b_n,\quad r=a_n G_n,\quad
   b_{n+1} = 1+e^{-dt/\tau_m}\bigl(e^{-q_n dt/2}\,a_n-1\bigr)

Both are known once G and F of the moment are, and neither needs those of another.
"""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import torch
from torch import Tensor

from ratemodel.cells.membrane import PER_S, Membrane, MembraneState
from ratemodel.cells.response import Response
from ratemodel.cells.trapezoid import Trapezoid
from ratemodel.variants.contract import Drive, SecondOrderVariant


class SecondOrderMembraneState(NamedTuple):
    """State of the variant; of the lag and the free cells, ``(n_cells, batch)``.

    Of the lagged input (pA) what is known before the input of now is, and the
    share of free cells before those that spike now are taken off; ``moments`` as in
    :class:`ratemodel.cells.membrane.MembraneState`.
    """

    variant: Any
    carried: Tensor
    free: Tensor
    moments: Tensor


class Moment(NamedTuple):
    """What the membranes do now, each ``(n_cells, batch)``.

    Attributes
    ----------
    lagged
        Lagged mean input, pA.
    kept
        What the spikes beyond F of half a step leave of the free cells, a factor.
    free
        Share of free cells.
    target
        The rate that F stands for, Hz.
    """

    lagged: Tensor
    kept: Tensor
    free: Tensor
    target: Tensor


@dataclass(frozen=True)
class MembraneReading(Response):
    """A response that reads F through the membranes and keeps what they do.

    Attributes
    ----------
    owner
        The membranes.
    state
        Their state now.
    moments
        Receives what they do.
    """

    owner: "SecondOrderWithMembrane"
    state: SecondOrderMembraneState
    moments: list[Moment]

    def __call__(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        mean, _ = self.inputs(channels, adaptation, injected)
        moment = self.owner.moment(self.state, mean, self.by_slot(channels)[1])
        self.moments.append(moment)
        return moment.target


@dataclass(frozen=True)
class SecondOrderWithMembrane:
    """Puts a :class:`ratemodel.cells.membrane.Membrane` in front of a variant's F.

    Attributes
    ----------
    variant
        The variant; its response has a variance.
    membrane
        The membrane.
    lag
        The lag of the mean input.
    """

    variant: SecondOrderVariant[Any]
    membrane: Membrane
    lag: Trapezoid

    @classmethod
    def build(
        cls, variant: SecondOrderVariant[Any], membrane: Membrane
    ) -> "SecondOrderWithMembrane":
        """Return the variant with the membrane."""
        lag = Trapezoid.from_tau(membrane.tau, membrane.dt_ms)
        return cls(variant, membrane, lag)

    @property
    def hold_steps(self) -> float:
        """Mean extra delay, in steps, of recurrent input."""
        return self.variant.hold_steps

    @property
    def input_hold_steps(self) -> float:
        """The same for external (LGN) input."""
        return self.variant.input_hold_steps

    @property
    def splits_jumps(self) -> bool:
        """Whether a jump of the injected current counts by half where it happens."""
        return self.variant.splits_jumps

    def init(self, batch: int) -> SecondOrderMembraneState:
        """Return the state at rest: all zero, every cell free to spike."""
        response = self.variant.response
        zero = response.transfer.threshold.new_zeros(response.n_cells, batch)
        quiet = zero.new_zeros(response.n_slots, response.n_cells, batch)
        return SecondOrderMembraneState(
            self.variant.init(batch),
            zero,
            torch.ones_like(zero),
            self.membrane.moments.steady(quiet),
        )

    def rate(self, state: SecondOrderMembraneState, injected: Tensor | None) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        rate: Tensor = self._reading(state, []).rate(state.variant, injected)
        return rate

    def step(
        self, state: SecondOrderMembraneState, rate: Tensor, drive: Drive
    ) -> SecondOrderMembraneState:
        """Return the state one step later."""
        moments: list[Moment] = []
        reading = self._reading(state, moments)
        following = reading.step(state.variant, rate, drive)
        if not moments:  # a variant that reads F in its rate, not in its step
            reading.rate(state.variant, drive.injected)
        lagged, kept, free, _ = moments[0]
        decay = torch.exp(-self.membrane.dt_ms / self.membrane.tau)
        return SecondOrderMembraneState(
            following,
            self.lag.carry(state.carried, lagged),
            1.0 + decay * (kept * free - 1.0),
            self.membrane.moments.step(state.moments, self._variance(drive.synaptic)),
        )

    def steady(self, rate: Tensor, drive: Drive) -> SecondOrderMembraneState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        state = self.variant.steady(rate, drive)
        mean, _ = self.variant.response.inputs(
            self.variant.channels(state, drive),
            self.variant.currents(state, rate),
            drive.injected,
        )
        carried = mean - self.lag.newest * mean
        return SecondOrderMembraneState(
            state,
            carried,
            torch.ones_like(mean),
            self.membrane.moments.steady(self._variance(drive.synaptic)),
        )

    def moment(
        self, state: SecondOrderMembraneState, mean: Tensor, variance: Tensor
    ) -> Moment:
        """Return what the membranes do under an input.

        Parameters
        ----------
        state
            State now.
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance
            Variance of the free membrane potential by slot, mV^2, ``(n_slots,
            n_cells, batch)``.
        """
        lagged = self.lag.value(state.carried, mean)
        fluctuations = state.moments
        if not self.variant.splits_jumps:
            # F is read in the middle of the step, and so are lag and free share.
            fluctuations = self.membrane.moments.middle(fluctuations, variance)
        states = MembraneState(lagged, state.free, fluctuations)
        crossings = self.membrane.crossings(
            self.variant.response.transfer, states, mean, variance
        )
        beyond = (crossings.moving - crossings.still) / PER_S
        kept = torch.exp(-0.5 * self.membrane.dt_ms * beyond)
        free = kept * state.free
        return Moment(lagged, kept, free, free * crossings.moving)

    def _variance(self, channels: Tensor) -> Tensor:
        """Return the variance by slot, mV^2, ``(n_slots, n_cells, batch)``."""
        return self.variant.response.by_slot(channels)[1]

    def _reading(self, state: SecondOrderMembraneState, moments: list[Moment]) -> Any:
        """Return the variant with a response that reads F through the membranes."""
        response = MembraneReading(
            **vars(self.variant.response), owner=self, state=state, moments=moments
        )
        return replace(self.variant, response=response)  # type: ignore[type-var]
