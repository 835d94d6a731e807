r"""The equilibrium variant of second order in the step.

.. math::
   A_{n+1/2} &= e^{-k\,dt}A_{n-1/2}+(1-e^{-k\,dt})\,a\,r_n/k\\
   r_{n+1} &= e^{-dt/\tau_r}r_n+(1-e^{-dt/\tau_r})
   F\bigl(W r(t_n+dt/2-d), A_{n+1/2}\bigr)

F is held during a step: all that it reads is of the middle of the step, the rates
by the shares of their delays
(:class:`ratemodel.connections.delay_shares.DelayShares`), the after-spike currents
because they live there. The plain form reads those of half a step before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

    from ratemodel.cells.adaptation import Adaptation
    from ratemodel.cells.filters import Filter, Stages
    from ratemodel.cells.response import Response
    from ratemodel.variants.contract import Drive, Slopes
    from ratemodel.variants.parts import Parts


class SecondOrderEquilibriumState(NamedTuple):
    """Stages of the rate (Hz), and after-spike currents half a step ago (pA)."""

    relaxation: Stages
    adaptation: Tensor


@dataclass(frozen=True)
class SecondOrderEquilibrium:
    """:class:`ratemodel.variants.equilibrium.Equilibrium` of second order.

    Attributes
    ----------
    relaxation
        Filter of the rate.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    relaxation: Filter
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 0.5
    input_hold_steps: float = 0.0
    splits_jumps: bool = False

    @classmethod
    def build(cls, parts: Parts) -> SecondOrderEquilibrium:
        """Return the variant of a column's parts."""
        return cls(
            parts.relaxation_like_synapses(),
            parts.adaptation,
            parts.response,
            parts.zero,
        )

    def init(self, batch: int) -> SecondOrderEquilibriumState:
        """Return the state at rest: all zero."""
        n, components = self.response.n_cells, self.adaptation.n_components
        return SecondOrderEquilibriumState(
            (self.zero.new_zeros(n, batch),) * self.relaxation.n_stages,
            self.zero.new_zeros(components, n, batch),
        )

    def rate(
        self, state: SecondOrderEquilibriumState, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        return state.relaxation[-1]

    def channels(self, state: SecondOrderEquilibriumState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return drive.synaptic

    def currents(self, state: SecondOrderEquilibriumState, rate: Tensor) -> Tensor:
        """Return the after-spike currents that F reads, pA."""
        return self.adaptation.step(state.adaptation, rate)

    def step(
        self, state: SecondOrderEquilibriumState, rate: Tensor, drive: Drive
    ) -> SecondOrderEquilibriumState:
        """Return the state one step later."""
        adaptation = self.currents(state, rate)
        target = self.response(drive.synaptic, adaptation, drive.injected)
        return SecondOrderEquilibriumState(
            self.relaxation.step(state.relaxation, target), adaptation
        )

    def step_adjoint(
        self, grad_next: SecondOrderEquilibriumState, slopes: Slopes
    ) -> tuple[SecondOrderEquilibriumState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        relaxation, by_target = self.relaxation.adjoint(grad_next.relaxation)
        by_synaptic, by_mean = self.response.adjoint(by_target, slopes)
        adaptation, by_rate = self.adaptation.adjoint(
            grad_next.adaptation + by_mean, self.zero
        )
        state = SecondOrderEquilibriumState(relaxation, adaptation)
        return state, by_rate, by_synaptic

    def rate_adjoint(
        self,
        grad_state: SecondOrderEquilibriumState,
        grad_rate: Tensor,
        slopes: Slopes,
    ) -> SecondOrderEquilibriumState:
        """Return ``grad_state`` with the gradient through the rate added."""
        *earlier, last = grad_state.relaxation
        return grad_state._replace(relaxation=(*earlier, last + grad_rate))

    def steady(self, rate: Tensor, drive: Drive) -> SecondOrderEquilibriumState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        return SecondOrderEquilibriumState(
            (rate,) * self.relaxation.n_stages, self.adaptation.steady(rate)
        )
