"""A variant whose cells have a membrane between their input and their rate."""

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from torch import Tensor

from ratemodel.cells.membrane import Crossings, Membrane, MembraneState
from ratemodel.cells.response import Response
from ratemodel.variants.contract import Drive, PublishedVariant


class WithMembraneState(NamedTuple):
    """States of the variant and of the membranes."""

    variant: Any
    membrane: MembraneState


@dataclass(frozen=True)
class MembraneResponse(Response):
    """A response that reads F through the membrane.

    Attributes
    ----------
    membrane
        The membrane.
    states
        Its states now.
    """

    membrane: Membrane
    states: MembraneState

    def __call__(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        mean, _ = self.inputs(channels, adaptation, injected)
        variance = self.by_slot(channels)[1]
        return self.membrane.crossings(self.transfer, self.states, mean, variance).rate


@dataclass(frozen=True)
class KnownResponse(Response):
    """A response whose rate was computed before.

    Attributes
    ----------
    rate
        Rates, Hz, ``(n_cells, batch)``.
    """

    rate: Tensor

    def __call__(
        self, channels: Tensor, adaptation: Tensor, injected: Tensor | None
    ) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        return self.rate


@dataclass(frozen=True)
class WithMembrane:
    """Puts a :class:`ratemodel.cells.membrane.Membrane` in front of a variant's F.

    Attributes
    ----------
    variant
        The variant; its response has a variance.
    membrane
        The membrane.
    """

    variant: PublishedVariant[Any]
    membrane: Membrane

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

    def init(self, batch: int) -> WithMembraneState:
        """Return the state at rest: all zero, every cell free to spike."""
        state = self.variant.init(batch)
        response = self.variant.response
        rest = response.transfer.threshold.new_zeros(response.n_cells, batch)
        quiet = rest.new_zeros(response.n_slots, response.n_cells, batch)
        return WithMembraneState(state, self.membrane.steady(rest, quiet))

    def rate(self, state: WithMembraneState, injected: Tensor | None) -> Tensor:
        """Return the rates, Hz, ``(n_cells, batch)``."""
        response = MembraneResponse(
            **vars(self.variant.response),
            membrane=self.membrane,
            states=state.membrane,
        )
        rate: Tensor = self._with(response).rate(state.variant, injected)
        return rate

    def step(
        self, state: WithMembraneState, rate: Tensor, drive: Drive
    ) -> WithMembraneState:
        """Return the state one step later."""
        mean, crossings = self._crossings(state, drive)
        return WithMembraneState(
            self._giving(crossings).step(state.variant, rate, drive),
            self.membrane.step(
                state.membrane, mean, self._variance(drive.synaptic), crossings
            ),
        )

    def derivative(
        self, state: WithMembraneState, rate: Tensor, drive: Drive
    ) -> WithMembraneState:
        """Return the time derivative (per ms) of the continuous model."""
        mean, crossings = self._crossings(state, drive)
        return WithMembraneState(
            self._giving(crossings).derivative(state.variant, rate, drive),
            self.membrane.derivative(
                state.membrane, mean, self._variance(drive.synaptic), crossings
            ),
        )

    def steady(self, rate: Tensor, drive: Drive) -> WithMembraneState:
        """Return the state that stands still at ``rate`` under ``drive``."""
        state = self.variant.steady(rate, drive)
        mean, _ = self.variant.response.inputs(
            self.variant.channels(state, drive), state.adaptation, drive.injected
        )
        return WithMembraneState(
            state, self.membrane.steady(mean, self._variance(drive.synaptic))
        )

    def _with(self, response: Response) -> Any:
        """Return the variant with another response."""
        return replace(self.variant, response=response)  # type: ignore[type-var]

    def _giving(self, crossings: Crossings) -> Any:
        """Return the variant with a response whose rate is known already."""
        known = KnownResponse(**vars(self.variant.response), rate=crossings.rate)
        return self._with(known)

    def _crossings(
        self, state: WithMembraneState, drive: Drive
    ) -> tuple[Tensor, Crossings]:
        """Return the mean input, pA, and what the membrane makes of it."""
        response = self.variant.response
        channels = self.variant.channels(state.variant, drive)
        mean, _ = response.inputs(channels, state.variant.adaptation, drive.injected)
        return mean, self.membrane.crossings(
            response.transfer, state.membrane, mean, self._variance(channels)
        )

    def _variance(self, channels: Tensor) -> Tensor:
        """Return the variance by slot, mV^2, ``(n_slots, n_cells, batch)``."""
        return self.variant.response.by_slot(channels)[1]
