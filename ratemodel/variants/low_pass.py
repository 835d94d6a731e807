r"""Low-pass variant: synaptic current and rate both have inertia.

.. math::
    r &\leftarrow e^{-dt/\tau_r}r+(1-e^{-dt/\tau_r})\,F(I)\quad
    \text{with the old } I\\
    I &\leftarrow e^{-dt/\tau_s}I+(1-e^{-dt/\tau_s})\,Wr

as published, of first order in the step. With the extension ``delays`` the same
differential equation is followed to second order
(:mod:`ratemodel.variants.second_order.low_pass`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ratemodel.variants.second_order.low_pass import SecondOrderLowPass

if TYPE_CHECKING:
    from torch import Tensor

    from ratemodel.cells.adaptation import Adaptation
    from ratemodel.cells.filters import Filter, SinglePole, Stages
    from ratemodel.cells.response import Response
    from ratemodel.variants.contract import Drive, Slopes
    from ratemodel.variants.parts import Parts

TAU_R_GRID_MS = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0)
"""Values of tau_r that a calibration tries, ms."""


class LowPassState(NamedTuple):
    """Filtered input by channel, after-spike currents, and rates (Hz)."""

    synapses: Stages
    adaptation: Tensor
    rate: Tensor


@dataclass(frozen=True)
class LowPass:
    r"""The general case :math:`\tau_r\sim\tau_s` (Dayan & Abbott 2001, section 7.2).

    :math:`r\leftarrow e^{-dt/\tau_r}r+(1-e^{-dt/\tau_r})F(I)` with the old
    :math:`I`, which itself follows
    :math:`I\leftarrow e^{-dt/\tau_s}I+(1-e^{-dt/\tau_s})Wr`; ODE
    :math:`\tau_r\dot r=-r+F(I)`, :math:`\tau_s\dot I=-I+Wr`.

    Attributes
    ----------
    name, title
        How files and reports call it.
    has_tau_s
        Whether its synapses have inertia.
    tau_r_grid_ms
        Values of tau_r that a calibration tries, ms; None where it has no tau_r.
    synapses
        Filter of the input channels.
    relaxation
        Filter of the rate, ``tau_r``.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    name: ClassVar[str] = "low_pass"
    title: ClassVar[str] = "Low-pass"
    has_tau_s: ClassVar[bool] = True
    tau_r_grid_ms: ClassVar[tuple[float, ...] | None] = TAU_R_GRID_MS

    synapses: Filter
    relaxation: SinglePole
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 1.0
    input_hold_steps: float = 0.5
    splits_jumps: bool = False

    @classmethod
    def build(cls, parts: Parts) -> LowPass:
        """Return the variant of a column's parts."""
        return cls(
            parts.synapses(),
            parts.relaxation(),
            parts.adaptation,
            parts.response,
            parts.zero,
        )

    @staticmethod
    def second_order(parts: Parts) -> SecondOrderLowPass:
        """Return the variant of a column's parts, of second order in the step."""
        return SecondOrderLowPass.build(parts)

    def init(self, batch: int) -> LowPassState:
        """Return the state at rest: all zero."""
        rows, components = self.response.n_rows, self.adaptation.n_components
        return LowPassState(
            (self.zero.new_zeros(rows, batch),) * self.synapses.n_stages,
            self.zero.new_zeros(components, self.response.n_cells, batch),
            self.zero.new_zeros(self.response.n_cells, batch),
        )

    def rate(self, state: LowPassState, injected: Tensor | None) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        return state.rate

    def channels(self, state: LowPassState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return state.synapses[-1]

    def step(self, state: LowPassState, rate: Tensor, drive: Drive) -> LowPassState:
        """Return the state one step later."""
        target = self._target(state, drive)
        return LowPassState(
            self.synapses.step(state.synapses, drive.synaptic),
            self.adaptation.step(state.adaptation, rate),
            self.relaxation.step((rate,), target)[0],
        )

    def step_adjoint(
        self, grad_next: LowPassState, slopes: Slopes
    ) -> tuple[LowPassState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        (by_rate,), by_target = self.relaxation.adjoint((grad_next.rate,))
        (*earlier, last), by_synaptic = self.synapses.adjoint(grad_next.synapses)
        adaptation, by_rate = self.adaptation.adjoint(grad_next.adaptation, by_rate)
        by_channels, by_mean = self.response.adjoint(by_target, slopes)
        state = LowPassState(
            (*earlier, last + by_channels), adaptation + by_mean, self.zero
        )
        return state, by_rate, by_synaptic

    def rate_adjoint(
        self, grad_state: LowPassState, grad_rate: Tensor, slopes: Slopes
    ) -> LowPassState:
        """Return ``grad_state`` with the gradient through the rate added."""
        return grad_state._replace(rate=grad_rate)

    def derivative(
        self, state: LowPassState, rate: Tensor, drive: Drive
    ) -> LowPassState:
        """Return the time derivative (per ms) of the continuous model."""
        target = self._target(state, drive)
        return LowPassState(
            self.synapses.derivative(state.synapses, drive.synaptic),
            self.adaptation.derivative(state.adaptation, rate),
            self.relaxation.derivative((rate,), target)[0],
        )

    def steady(self, rate: Tensor, drive: Drive) -> LowPassState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        return LowPassState(
            (drive.synaptic,) * self.synapses.n_stages,
            self.adaptation.steady(rate),
            rate,
        )

    def _target(self, state: LowPassState, drive: Drive) -> Tensor:
        return self.response(
            self.channels(state, drive), state.adaptation, drive.injected
        )
