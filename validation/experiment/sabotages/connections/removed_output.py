"""The output of one population removed."""

import numpy as np

from bridge.column.populations import POPULATIONS
from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage, with_weights

REMOVED = "i4Pvalb"
"""The population: the strongest inhibition of the input layer."""


def remove_output(
    parameters: RateParameters, population: str, share: float, seed: int = 0
) -> RateParameters:
    """Set the weights of the output of a share of one population's cells to zero."""
    cells = np.flatnonzero(parameters.population == POPULATIONS.index(population))
    mute = np.random.default_rng(seed).permutation(cells)[: round(share * cells.size)]
    removed = np.isin(parameters.recurrent.source, mute)
    return with_weights(
        parameters, np.where(removed, 0.0, parameters.recurrent.weight_pa)
    )


OUTPUT_REMOVED = Sabotage(
    "output_removed",
    f"output of {{:.0%}} of the cells of {REMOVED} removed",
    (1.0, 0.5, 0.2),
    lambda share: Change(lambda p: remove_output(p, REMOVED, share)),
    needs=REMOVED,
)
