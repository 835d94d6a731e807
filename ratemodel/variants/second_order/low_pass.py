r"""The low-pass variant of second order in the step.

Input and after-spike currents follow
:mod:`ratemodel.variants.second_order.instantaneous`; between the steps F is a
straight line (trapezoid), for which the rate is exact:

.. math::
   r_{n+1} = e\,r_n+(\varphi-e)\,F_n+(1-\varphi)\,F_{n+1},\quad
   e = e^{-dt/\tau_r},\quad \varphi=(1-e)\,\tau_r/dt

With :math:`\tau_r\to0` this is :math:`r=F`, whatever the step; the plain form is
then late by a whole one. F is evaluated once per step, at its end: what is carried
from step to step is :math:`c_n = r_n-(1-\varphi)F_n`, the part of the rate that
was decided before
(:class:`ratemodel.cells.trapezoid.Trapezoid`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from ratemodel.cells.adaptation import Adaptation
    from ratemodel.cells.filters import Filter, Stages
    from ratemodel.cells.response import Response
    from ratemodel.cells.trapezoid import Trapezoid
    from ratemodel.variants.contract import Drive, Slopes
    from ratemodel.variants.parts import Parts


class SecondOrderLowPassState(NamedTuple):
    """Filtered input by channel; after-spike currents half a step ago, and now.

    Those of now, pA, are summed over the components, ``(1, n_cells, batch)``;
    ``carried`` is the part of the rate, Hz, that was decided before.
    """

    synapses: Stages
    adaptation: Tensor
    now: Tensor
    carried: Tensor


@dataclass(frozen=True)
class SecondOrderLowPass:
    """:class:`ratemodel.variants.low_pass.LowPass` of second order.

    Attributes
    ----------
    synapses
        Filter of the input channels.
    relaxation
        Filter of the rate, ``tau_r``.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    synapses: Filter
    relaxation: Trapezoid
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 0.5
    input_hold_steps: float = 0.0
    splits_jumps: bool = True

    @classmethod
    def build(cls, parts: Parts) -> SecondOrderLowPass:
        """Return the variant of a column's parts."""
        return cls(
            parts.synapses(),
            parts.trapezoid(),
            parts.adaptation,
            parts.response,
            parts.zero,
        )

    def init(self, batch: int) -> SecondOrderLowPassState:
        """Return the state at rest: all zero, the rates too."""
        rows, cells = self.response.n_rows, self.response.n_cells
        channels = self.zero.new_zeros(rows, batch)
        now = self.zero.new_zeros(self.adaptation.n_sums, cells, batch)
        return SecondOrderLowPassState(
            (channels,) * self.synapses.n_stages,
            self.zero.new_zeros(self.adaptation.n_components, cells, batch),
            now,
            -self.relaxation.newest * self.response(channels, now, None),
        )

    def rate(self, state: SecondOrderLowPassState, injected: Tensor | None) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        target = self.response(state.synapses[-1], state.now, injected)
        return self.relaxation.value(state.carried, target)

    def channels(self, state: SecondOrderLowPassState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return state.synapses[-1]

    def currents(self, state: SecondOrderLowPassState, rate: Tensor) -> Tensor:
        """Return the after-spike currents that F reads, pA."""
        return state.now

    def step(
        self, state: SecondOrderLowPassState, rate: Tensor, drive: Drive
    ) -> SecondOrderLowPassState:
        """Return the state one step later."""
        adaptation = self.adaptation.step(state.adaptation, rate)
        return SecondOrderLowPassState(
            self.synapses.step(state.synapses, drive.synaptic),
            adaptation,
            self.adaptation.ahead(adaptation, rate),
            self.relaxation.carry(state.carried, rate),
        )

    def step_adjoint(
        self, grad_next: SecondOrderLowPassState, slopes: Slopes
    ) -> tuple[SecondOrderLowPassState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        synapses, by_synaptic = self.synapses.adjoint(grad_next.synapses)
        carried, by_rate = self.relaxation.carry_adjoint(grad_next.carried)
        adaptation, by_rate = self.adaptation.ahead_adjoint(
            grad_next.now, grad_next.adaptation, by_rate
        )
        adaptation, by_rate = self.adaptation.adjoint(adaptation, by_rate)
        state = SecondOrderLowPassState(synapses, adaptation, self.zero, carried)
        return state, by_rate, by_synaptic

    def rate_adjoint(
        self,
        grad_state: SecondOrderLowPassState,
        grad_rate: Tensor,
        slopes: Slopes,
    ) -> SecondOrderLowPassState:
        """Return ``grad_state`` with the gradient through the rate added."""
        *earlier, last = grad_state.synapses
        by_target = self.relaxation.newest * grad_rate
        by_channels, by_mean = self.response.adjoint(by_target, slopes)
        return SecondOrderLowPassState(
            (*earlier, last + by_channels),
            grad_state.adaptation,
            by_mean[None][: self.adaptation.n_sums],
            grad_state.carried + grad_rate,
        )

    def steady(self, rate: Tensor, drive: Drive) -> SecondOrderLowPassState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        adaptation = self.adaptation.steady(rate)
        return SecondOrderLowPassState(
            (drive.synaptic,) * self.synapses.n_stages,
            adaptation,
            self.adaptation.ahead(adaptation, rate),
            rate - self.relaxation.newest * rate,
        )
