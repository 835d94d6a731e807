"""The output of one population removed."""

import numpy as np

from bridge.column.populations import POPULATIONS
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Sabotage, with_weights

REMOVED = "i4Pvalb"
"""The population: the strongest inhibition of the input layer."""


def remove_output(parameters: RateParameters, population: str) -> RateParameters:
    """Set the weights of one population's output to zero."""
    source = parameters.population[parameters.recurrent.source]
    removed = source == POPULATIONS.index(population)
    return with_weights(
        parameters, np.where(removed, 0.0, parameters.recurrent.weight_pa)
    )


OUTPUT_REMOVED = Sabotage(
    "output_removed",
    f"output of {REMOVED} removed",
    lambda p: remove_output(p, REMOVED),
    needs=REMOVED,
)
