"""What a variant is put together from."""

from dataclasses import dataclass

from torch import Tensor

from ratemodel.cells.adaptation import Adaptation
from ratemodel.cells.filters import AlphaCascade, Filter, SinglePole
from ratemodel.cells.response import Response
from ratemodel.cells.trapezoid import Trapezoid


@dataclass(frozen=True)
class Parts:
    """Parts of one column's cells, of which a variant takes what it has.

    Attributes
    ----------
    kernel
        Filter of a synapse: the alpha cascade, or one pole.
    tau_s_ms
        Time constant of each input channel, ms, ``(n_rows, 1)``.
    tau_r_ms
        Rate time constant, ms, ``(n_cells, 1 or batch)``; None for a variant that
        has none.
    dt_ms
        Step, ms.
    adaptation, response
        After-spike currents; channels to rate.
    zero
        A zero of the device and type in use.
    """

    kernel: type[AlphaCascade] | type[SinglePole]
    tau_s_ms: Tensor
    tau_r_ms: Tensor | None
    dt_ms: float
    adaptation: Adaptation
    response: Response
    zero: Tensor

    def synapses(self) -> Filter:
        """Return the filter of the input channels."""
        return self.kernel.from_tau(self.tau_s_ms, self.dt_ms)

    def relaxation(self) -> SinglePole:
        """Return the filter of the rate: one pole of tau_r."""
        assert self.tau_r_ms is not None
        return SinglePole.from_tau(self.tau_r_ms, self.dt_ms)

    def trapezoid(self) -> Trapezoid:
        """Return the filter of a rate whose target is linear between the steps."""
        assert self.tau_r_ms is not None
        return Trapezoid.from_tau(self.tau_r_ms, self.dt_ms)

    def relaxation_like_synapses(self) -> Filter:
        """Return a filter of the rate with a synapse's poles and mean delay tau_r."""
        assert self.tau_r_ms is not None
        tau = self.tau_r_ms / 2.0 if self.kernel is AlphaCascade else self.tau_r_ms
        return self.kernel.from_tau(tau, self.dt_ms)
