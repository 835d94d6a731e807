"""Connections that are missing."""

import numpy as np

from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage, with_weights


def remove_connections(
    parameters: RateParameters, share: float, seed: int = 0
) -> RateParameters:
    """Set the weights of a share of the recurrent connections, at random, to zero."""
    weight = parameters.recurrent.weight_pa.copy()
    order = np.random.default_rng(seed).permutation(weight.size)
    weight[order[: round(share * weight.size)]] = 0.0
    return with_weights(parameters, weight)


CONNECTIONS_REMOVED = Sabotage(
    "connections_removed",
    "{:.0%} of the recurrent connections removed",
    (0.5, 0.2, 0.05),
    lambda share: Change(lambda p: remove_connections(p, share)),
)
