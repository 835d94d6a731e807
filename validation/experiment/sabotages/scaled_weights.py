"""Weights scaled: excitation too strong, or inhibition too weak."""

import numpy as np

from bridge.column.populations import EXCITATORY
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Sabotage, with_weights


def scale_weights(
    parameters: RateParameters, factor: float, *, excitatory: bool
) -> RateParameters:
    """Multiply the recurrent weights whose source is excitatory, or inhibitory."""
    edges = parameters.recurrent
    chosen = EXCITATORY[parameters.population[edges.source]] == excitatory
    return with_weights(parameters, np.where(chosen, factor, 1.0) * edges.weight_pa)


EXCITATION_SCALED = Sabotage(
    "excitation_x1.5",
    "excitatory weights times 1.5",
    lambda p: scale_weights(p, 1.5, excitatory=True),
)
INHIBITION_SCALED = Sabotage(
    "inhibition_x0.5",
    "inhibitory weights times 0.5",
    lambda p: scale_weights(p, 0.5, excitatory=False),
)
