"""Weights shuffled: the right weights at the wrong connections."""

import numpy as np

from bridge.column.populations import CLASS_OF_POPULATION, CLASSES, POPULATIONS
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage, with_weights

_CLASS = np.array([CLASSES.index(CLASS_OF_POPULATION[name]) for name in POPULATIONS])


def shuffle_weights(
    parameters: RateParameters, share: float, seed: int = 0
) -> RateParameters:
    """Permute a share of the weights among the connections of each pair of classes."""
    edges = parameters.recurrent
    rng = np.random.default_rng(seed)
    kind = _CLASS[parameters.population]
    pair = kind[edges.target] * len(CLASSES) + kind[edges.source]
    weight = edges.weight_pa.copy()
    for value in np.unique(pair):
        members = np.flatnonzero(pair == value)
        chosen = rng.permutation(members)[: round(share * members.size)]
        weight[chosen] = weight[rng.permutation(chosen)]
    return with_weights(parameters, weight)


WEIGHTS_SHUFFLED = Sabotage(
    "weights_shuffled",
    "{:.0%} of the weights shuffled within each pair of classes",
    (1.0, 0.5, 0.2),
    lambda share: Change(lambda p: shuffle_weights(p, share)),
)
