"""Weights scaled: excitation too strong, or inhibition too weak."""

import numpy as np

from bridge.column.populations import EXCITATORY
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage, with_weights


def scale_weights(
    parameters: RateParameters, factor: float, *, excitatory: bool
) -> RateParameters:
    """Multiply the recurrent weights whose source is excitatory, or inhibitory."""
    edges = parameters.recurrent
    chosen = EXCITATORY[parameters.population[edges.source]] == excitatory
    return with_weights(parameters, np.where(chosen, factor, 1.0) * edges.weight_pa)


EXCITATION_SCALED = Sabotage(
    "excitation_scaled",
    "excitatory weights times {:g}",
    (1.5, 1.2, 1.05),
    lambda factor: Change(lambda p: scale_weights(p, factor, excitatory=True)),
)
INHIBITION_SCALED = Sabotage(
    "inhibition_scaled",
    "inhibitory weights times {:g}",
    (0.5, 0.8, 0.95),
    lambda factor: Change(lambda p: scale_weights(p, factor, excitatory=False)),
)
