r"""Equilibrium variant: synapses are at equilibrium, the rate has inertia.

.. math::
    r \leftarrow e^{-dt/\tau_r}r+(1-e^{-dt/\tau_r})\,F(Wr)

as published, of first order in the step. With the extension ``delays`` the same
differential equation is followed to second order
(:mod:`ratemodel.variants.second_order.equilibrium`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from ratemodel.variants.second_order.equilibrium import SecondOrderEquilibrium

if TYPE_CHECKING:
    from torch import Tensor

    from ratemodel.cells.adaptation import Adaptation
    from ratemodel.cells.filters import Filter, Stages
    from ratemodel.cells.response import Response
    from ratemodel.variants.contract import Drive, Slopes
    from ratemodel.variants.parts import Parts

TAU_R_GRID_MS = (3.0, 5.0, 7.0, 9.0, 12.0, 16.0, 21.0, 28.0)
"""Values of tau_r that a calibration tries, ms."""


class EquilibriumState(NamedTuple):
    """Stages of the rate (Hz; the last one is the rate), after-spike currents."""

    relaxation: Stages
    adaptation: Tensor


@dataclass(frozen=True)
class Equilibrium:
    r"""The limit :math:`\tau_r\gg\tau_s` (Dayan & Abbott 2001, section 7.2).

    :math:`r\leftarrow e^{-dt/\tau_r}r+(1-e^{-dt/\tau_r})F(Wr)`; ODE
    :math:`\tau_r\dot r=-r+F(Wr)`. With the alpha cascade the rate relaxes
    through two poles of :math:`\tau_r/2` each: the variant has no synaptic
    state, and the cascade keeps the mean delay :math:`\tau_r`. Variance, where
    in use, is likewise at equilibrium.

    Attributes
    ----------
    name, title
        How files and reports call it.
    has_tau_s
        Whether its synapses have inertia.
    tau_r_grid_ms
        Values of tau_r that a calibration tries, ms; None where it has no tau_r.
    relaxation
        Filter of the rate.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    name: ClassVar[str] = "equilibrium"
    title: ClassVar[str] = "Equilibrium"
    has_tau_s: ClassVar[bool] = False
    tau_r_grid_ms: ClassVar[tuple[float, ...] | None] = TAU_R_GRID_MS

    relaxation: Filter
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 0.5
    input_hold_steps: float = 0.0
    splits_jumps: bool = False

    @classmethod
    def build(cls, parts: Parts) -> Equilibrium:
        """Return the variant of a column's parts."""
        return cls(
            parts.relaxation_like_synapses(),
            parts.adaptation,
            parts.response,
            parts.zero,
        )

    @staticmethod
    def second_order(parts: Parts) -> SecondOrderEquilibrium:
        """Return the variant of a column's parts, of second order in the step."""
        return SecondOrderEquilibrium.build(parts)

    def init(self, batch: int) -> EquilibriumState:
        """Return the state at rest: all zero."""
        n, components = self.response.n_cells, self.adaptation.n_components
        return EquilibriumState(
            (self.zero.new_zeros(n, batch),) * self.relaxation.n_stages,
            self.zero.new_zeros(components, n, batch),
        )

    def rate(self, state: EquilibriumState, injected: Tensor | None) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        return state.relaxation[-1]

    def channels(self, state: EquilibriumState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return drive.synaptic

    def step(
        self, state: EquilibriumState, rate: Tensor, drive: Drive
    ) -> EquilibriumState:
        """Return the state one step later."""
        target = self.response(drive.synaptic, state.adaptation, drive.injected)
        return EquilibriumState(
            self.relaxation.step(state.relaxation, target),
            self.adaptation.step(state.adaptation, rate),
        )

    def step_adjoint(
        self, grad_next: EquilibriumState, slopes: Slopes
    ) -> tuple[EquilibriumState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        relaxation, by_target = self.relaxation.adjoint(grad_next.relaxation)
        adaptation, by_rate = self.adaptation.adjoint(grad_next.adaptation, self.zero)
        by_synaptic, by_mean = self.response.adjoint(by_target, slopes)
        return (
            EquilibriumState(relaxation, adaptation + by_mean),
            by_rate,
            by_synaptic,
        )

    def rate_adjoint(
        self, grad_state: EquilibriumState, grad_rate: Tensor, slopes: Slopes
    ) -> EquilibriumState:
        """Return ``grad_state`` with the gradient through the rate added."""
        *earlier, last = grad_state.relaxation
        return grad_state._replace(relaxation=(*earlier, last + grad_rate))

    def derivative(
        self, state: EquilibriumState, rate: Tensor, drive: Drive
    ) -> EquilibriumState:
        """Return the time derivative (per ms) of the continuous model."""
        target = self.response(drive.synaptic, state.adaptation, drive.injected)
        return EquilibriumState(
            self.relaxation.derivative(state.relaxation, target),
            self.adaptation.derivative(state.adaptation, rate),
        )

    def steady(self, rate: Tensor, drive: Drive) -> EquilibriumState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        return EquilibriumState(
            (rate,) * self.relaxation.n_stages, self.adaptation.steady(rate)
        )
