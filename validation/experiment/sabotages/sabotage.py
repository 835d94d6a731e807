"""What a sabotage is: a change that makes a rate model wrong, at three strengths."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.rate_model import Extension, RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.variants.registry import VARIANTS


@dataclass(frozen=True)
class Change:
    """A sabotage at one strength: everything that is not named stays as it is.

    Attributes
    ----------
    parameters
        Changes the parameters.
    stimulus
        Changes a stimulus.
    response
        Changes the population rates, Hz, ``(n_stimuli, n_bins, 17)``, given their
        bin, ms. A change of the response alone needs no run.
    tau_r_added_ms
        Is added to tau_r, ms.
    """

    parameters: Callable[[RateParameters], RateParameters] | None = None
    stimulus: Callable[[Stimulus], Stimulus] | None = None
    response: Callable[[FloatArray, float], FloatArray] | None = None
    tau_r_added_ms: float = 0.0

    @property
    def needs_run(self) -> bool:
        """Whether the model has to run again."""
        return not (
            self.parameters is None
            and self.stimulus is None
            and self.tau_r_added_ms == 0.0
        )


@dataclass(frozen=True)
class Sabotage:
    """A change that makes a rate model wrong, from blatant to subtle.

    Attributes
    ----------
    name
        How reports call it.
    description
        What is changed, in words, with a place for the strength.
    strengths
        Three strengths, the most blatant first: that one must be seen.
    at
        Returns the change at a strength.
    needs_tau_s, needs_tau_r
        Whether it changes nothing where synapses, or the rate, have no inertia.
    needs_extension
        Extension without which it changes nothing.
    needs
        Population without which it changes nothing.
    """

    name: str
    description: str
    strengths: tuple[float, float, float]
    at: Callable[[float], Change]
    needs_tau_s: bool = False
    needs_tau_r: bool = False
    needs_extension: Extension | None = None
    needs: str | None = None

    def changes(self, model: RateModel) -> bool:
        """Say whether a model has what it changes."""
        variant = VARIANTS[model.variant]
        has_tau_r = variant.tau_r_grid_ms is not None
        return (
            (variant.has_tau_s or not self.needs_tau_s)
            and (has_tau_r or not self.needs_tau_r)
            and self.needs_extension in (None, *model.extensions)
        )

    def words(self, strength: float) -> str:
        """Return what is changed at a strength, in words."""
        return self.description.format(strength)


def with_weights(parameters: RateParameters, weight_pa: FloatArray) -> RateParameters:
    """Return the parameters with other recurrent weights, pA, ``(n_edges,)``."""
    edges: Edges = replace(parameters.recurrent, weight_pa=weight_pa)
    return replace(parameters, recurrent=edges)
