"""What a sabotage is: a change that makes a rate model wrong."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.variants.kind import VariantKind


@dataclass(frozen=True)
class Sabotage:
    """A change that makes a rate model wrong.

    Attributes
    ----------
    name
        How reports call it.
    description
        What is changed, in words.
    parameters
        Changes the parameters.
    stimulus
        Changes a stimulus.
    tau_r_factor
        Multiplies tau_r.
    reverse_time
        Turn the model's response round in time.
    needs_tau_s, needs_tau_r
        Whether it changes nothing where synapses, or the rate, have no inertia.
    needs
        Population without which it changes nothing.
    """

    name: str
    description: str
    parameters: Callable[[RateParameters], RateParameters] = lambda p: p
    stimulus: Callable[[Stimulus], Stimulus] = lambda s: s
    tau_r_factor: float = 1.0
    reverse_time: bool = False
    needs_tau_s: bool = False
    needs_tau_r: bool = False
    needs: str | None = None

    def changes(self, variant: VariantKind) -> bool:
        """Say whether a variant has what it changes."""
        has_tau_r = variant.tau_r_grid_ms is not None
        return (variant.has_tau_s or not self.needs_tau_s) and (
            has_tau_r or not self.needs_tau_r
        )


def with_weights(parameters: RateParameters, weight_pa: FloatArray) -> RateParameters:
    """Return the parameters with other recurrent weights, pA, ``(n_edges,)``."""
    edges: Edges = replace(parameters.recurrent, weight_pa=weight_pa)
    return replace(parameters, recurrent=edges)
