r"""Instantaneous variant: the rate follows the synaptic current at once.

.. math::
    I &\leftarrow e^{-dt/\tau_s}I+(1-e^{-dt/\tau_s})\,Wr\\
    r &= F(I)

as published, of first order in the step. With the extension ``delays`` the same
differential equation is followed to second order
(:mod:`ratemodel.variants.second_order.instantaneous`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ratemodel.variants.second_order.instantaneous import SecondOrderInstantaneous

if TYPE_CHECKING:
    from torch import Tensor

    from ratemodel.cells.adaptation import Adaptation
    from ratemodel.cells.filters import Filter, Stages
    from ratemodel.cells.response import Response
    from ratemodel.variants.contract import Drive, Slopes
    from ratemodel.variants.parts import Parts


class InstantaneousState(NamedTuple):
    """Filtered input by channel and after-spike currents."""

    synapses: Stages
    adaptation: Tensor


@dataclass(frozen=True)
class Instantaneous:
    r"""The limit :math:`\tau_r\ll\tau_s` (Dayan & Abbott 2001, section 7.2).

    :math:`I\leftarrow e^{-dt/\tau_s}I+(1-e^{-dt/\tau_s})Wr`, then
    :math:`r=F(I)`; ODE :math:`\tau_s\dot I=-I+W\,F(I)`.

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
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    name: ClassVar[str] = "instantaneous"
    title: ClassVar[str] = "Instantaneous"
    has_tau_s: ClassVar[bool] = True
    tau_r_grid_ms: ClassVar[tuple[float, ...] | None] = None

    synapses: Filter
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 0.5
    input_hold_steps: float = 0.0
    splits_jumps: bool = False

    @classmethod
    def build(cls, parts: Parts) -> Instantaneous:
        """Return the variant of a column's parts."""
        return cls(parts.synapses(), parts.adaptation, parts.response, parts.zero)

    @staticmethod
    def second_order(parts: Parts) -> SecondOrderInstantaneous:
        """Return the variant of a column's parts, of second order in the step."""
        return SecondOrderInstantaneous.build(parts)

    def init(self, batch: int) -> InstantaneousState:
        """Return the state at rest: all zero."""
        rows, components = self.response.n_rows, self.adaptation.n_components
        return InstantaneousState(
            (self.zero.new_zeros(rows, batch),) * self.synapses.n_stages,
            self.zero.new_zeros(components, self.response.n_cells, batch),
        )

    def rate(self, state: InstantaneousState, injected: Tensor | None) -> Tensor:
        """Return ``F(I)``, Hz, ``(n_cells, batch)``."""
        return self.response(state.synapses[-1], state.adaptation, injected)

    def channels(self, state: InstantaneousState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return state.synapses[-1]

    def step(
        self, state: InstantaneousState, rate: Tensor, drive: Drive
    ) -> InstantaneousState:
        """Return the state one step later."""
        return InstantaneousState(
            self.synapses.step(state.synapses, drive.synaptic),
            self.adaptation.step(state.adaptation, rate),
        )

    def step_adjoint(
        self, grad_next: InstantaneousState, slopes: Slopes
    ) -> tuple[InstantaneousState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        synapses, by_synaptic = self.synapses.adjoint(grad_next.synapses)
        adaptation, by_rate = self.adaptation.adjoint(grad_next.adaptation, self.zero)
        return InstantaneousState(synapses, adaptation), by_rate, by_synaptic

    def rate_adjoint(
        self, grad_state: InstantaneousState, grad_rate: Tensor, slopes: Slopes
    ) -> InstantaneousState:
        """Return ``grad_state`` with the gradient through the rate added."""
        *earlier, last = grad_state.synapses
        by_channels, by_mean = self.response.adjoint(grad_rate, slopes)
        return InstantaneousState(
            (*earlier, last + by_channels), grad_state.adaptation + by_mean
        )

    def derivative(
        self, state: InstantaneousState, rate: Tensor, drive: Drive
    ) -> InstantaneousState:
        """Return the time derivative (per ms) of the continuous model."""
        return InstantaneousState(
            self.synapses.derivative(state.synapses, drive.synaptic),
            self.adaptation.derivative(state.adaptation, rate),
        )

    def steady(self, rate: Tensor, drive: Drive) -> InstantaneousState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        return InstantaneousState(
            (drive.synaptic,) * self.synapses.n_stages, self.adaptation.steady(rate)
        )
