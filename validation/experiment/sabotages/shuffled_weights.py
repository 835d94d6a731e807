"""Weights shuffled: the right weights at the wrong connections."""

import numpy as np

from bridge.column.populations import CLASS_OF_POPULATION, CLASSES, POPULATIONS
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Sabotage, with_weights

_CLASS = np.array([CLASSES.index(CLASS_OF_POPULATION[name]) for name in POPULATIONS])


def shuffle_weights(parameters: RateParameters, seed: int = 0) -> RateParameters:
    """Permute the weights among the connections of each pair of classes."""
    edges = parameters.recurrent
    rng = np.random.default_rng(seed)
    kind = _CLASS[parameters.population]
    pair = kind[edges.target] * len(CLASSES) + kind[edges.source]
    weight = edges.weight_pa.copy()
    for value in np.unique(pair):
        members = np.flatnonzero(pair == value)
        weight[members] = weight[rng.permutation(members)]
    return with_weights(parameters, weight)


WEIGHTS_SHUFFLED = Sabotage(
    "weights_shuffled",
    "weights shuffled within each pair of classes",
    shuffle_weights,
)
