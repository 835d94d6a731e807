r"""The instantaneous variant of second order in the step.

.. math::
   x_{n+1} &= e^{-dt/\tau_s}x_n+(1-e^{-dt/\tau_s})\,W r(t_n+dt/2-d)\\
   A_{n+1/2} &= e^{-k\,dt}A_{n-1/2}+(1-e^{-k\,dt})\,a\,r_n/k\\
   r_n &= F(x_n, A_n),\quad
   A_n = e^{-k\,dt/2}A_{n-1/2}+(1-e^{-k\,dt/2})\,a\,r_{n-1}/k

Input that is held during a step counts with its value in the middle of the step,
which the shares of the delays see to
(:class:`ratemodel.connections.delay_shares.DelayShares`). The after-spike currents
live in the middles of the steps, where the rate at the step is that value; F reads
them half a step ahead.
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


class SecondOrderInstantaneousState(NamedTuple):
    """Filtered input by channel; after-spike currents half a step ago, and now.

    Those of now, pA, are summed over the components, ``(1, n_cells, batch)``.
    """

    synapses: Stages
    adaptation: Tensor
    now: Tensor


@dataclass(frozen=True)
class SecondOrderInstantaneous:
    """:class:`ratemodel.variants.instantaneous.Instantaneous` of second order.

    Attributes
    ----------
    synapses
        Filter of the input channels.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    synapses: Filter
    adaptation: Adaptation
    response: Response
    zero: Tensor
    hold_steps: float = 0.5
    input_hold_steps: float = 0.0
    splits_jumps: bool = True

    @classmethod
    def build(cls, parts: Parts) -> SecondOrderInstantaneous:
        """Return the variant of a column's parts."""
        return cls(parts.synapses(), parts.adaptation, parts.response, parts.zero)

    def init(self, batch: int) -> SecondOrderInstantaneousState:
        """Return the state at rest: all zero."""
        rows, cells = self.response.n_rows, self.response.n_cells
        return SecondOrderInstantaneousState(
            (self.zero.new_zeros(rows, batch),) * self.synapses.n_stages,
            self.zero.new_zeros(self.adaptation.n_components, cells, batch),
            self.zero.new_zeros(self.adaptation.n_sums, cells, batch),
        )

    def rate(
        self, state: SecondOrderInstantaneousState, injected: Tensor | None
    ) -> Tensor:
        """Return ``F(I)``, Hz, ``(n_cells, batch)``."""
        return self.response(state.synapses[-1], state.now, injected)

    def channels(self, state: SecondOrderInstantaneousState, drive: Drive) -> Tensor:
        """Return the input channels that F reads, ``(n_rows, batch)``."""
        return state.synapses[-1]

    def currents(self, state: SecondOrderInstantaneousState, rate: Tensor) -> Tensor:
        """Return the after-spike currents that F reads, pA."""
        return state.now

    def step(
        self, state: SecondOrderInstantaneousState, rate: Tensor, drive: Drive
    ) -> SecondOrderInstantaneousState:
        """Return the state one step later."""
        adaptation = self.adaptation.step(state.adaptation, rate)
        return SecondOrderInstantaneousState(
            self.synapses.step(state.synapses, drive.synaptic),
            adaptation,
            self.adaptation.ahead(adaptation, rate),
        )

    def step_adjoint(
        self, grad_next: SecondOrderInstantaneousState, slopes: Slopes
    ) -> tuple[SecondOrderInstantaneousState, Tensor, Tensor]:
        """Return the gradients by state, rate and synaptic drive of a step."""
        synapses, by_synaptic = self.synapses.adjoint(grad_next.synapses)
        adaptation, by_rate = self.adaptation.ahead_adjoint(
            grad_next.now, grad_next.adaptation, self.zero
        )
        adaptation, by_rate = self.adaptation.adjoint(adaptation, by_rate)
        state = SecondOrderInstantaneousState(synapses, adaptation, self.zero)
        return state, by_rate, by_synaptic

    def rate_adjoint(
        self,
        grad_state: SecondOrderInstantaneousState,
        grad_rate: Tensor,
        slopes: Slopes,
    ) -> SecondOrderInstantaneousState:
        """Return ``grad_state`` with the gradient through the rate added."""
        *earlier, last = grad_state.synapses
        by_channels, by_mean = self.response.adjoint(grad_rate, slopes)
        return grad_state._replace(
            synapses=(*earlier, last + by_channels),
            now=by_mean[None][: self.adaptation.n_sums],
        )

    def steady(self, rate: Tensor, drive: Drive) -> SecondOrderInstantaneousState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        adaptation = self.adaptation.steady(rate)
        return SecondOrderInstantaneousState(
            (drive.synaptic,) * self.synapses.n_stages,
            adaptation,
            self.adaptation.ahead(adaptation, rate),
        )
