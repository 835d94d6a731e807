"""Excitatory cells that inhibit."""

import numpy as np

from bridge.column.populations import EXCITATORY
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage, with_weights


def swap_signs(
    parameters: RateParameters, share: float, seed: int = 0
) -> RateParameters:
    """Turn round the sign of the output of a share of the excitatory cells."""
    cells = np.flatnonzero(EXCITATORY[parameters.population])
    chosen = np.random.default_rng(seed).permutation(cells)[: round(share * cells.size)]
    turned = np.isin(parameters.recurrent.source, chosen)
    weight = parameters.recurrent.weight_pa
    return with_weights(parameters, np.where(turned, -weight, weight))


SIGNS_SWAPPED = Sabotage(
    "signs_swapped",
    "{:.0%} of the excitatory cells made inhibitory",
    (0.3, 0.1, 0.02),
    lambda share: Change(lambda p: swap_signs(p, share)),
)
