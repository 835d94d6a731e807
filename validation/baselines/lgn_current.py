"""What the LGN sends into a column, by population and as one signal."""

import numpy as np
from scipy import sparse

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.reduction.parameters import RateParameters


def mean_weights(parameters: RateParameters) -> FloatArray:
    """Return the weight of each LGN cell in the column's mean LGN rate, ``(n_lgn,)``.

    A cell counts by the current that it sends into the column; the weights add up to
    one. The plain mean over cells, many of which reach nobody, is a weaker signal.
    """
    current = np.bincount(
        parameters.lgn_edges.source, _gains(parameters), minlength=parameters.n_lgn
    )
    total = current.sum()
    if total <= 0.0:  # no LGN cell reaches the column: any mean is as good
        return np.full(parameters.n_lgn, 1.0 / max(parameters.n_lgn, 1))
    weights: FloatArray = current / total
    return weights


def population_weights(parameters: RateParameters) -> sparse.csr_array:
    """Return the LGN current into a cell of each population, pA per Hz.

    Shape ``(17, n_lgn)``. A population that no LGN cell reaches has the column's mean
    LGN rate, in Hz, in its place.
    """
    edges = parameters.lgn_edges
    place = (parameters.population[edges.target], edges.source)
    shape = (len(POPULATIONS), parameters.n_lgn)
    total = sparse.coo_array((_gains(parameters), place), shape=shape).toarray()
    cells = np.maximum(count_by_population(parameters.population), 1)
    weights = total / cells[:, None]
    weights[~weights.any(axis=1)] = mean_weights(parameters)
    return sparse.csr_array(weights)


def _gains(parameters: RateParameters) -> FloatArray:
    """Return what 1 Hz of the source adds to the mean current of a target, pA."""
    edges = parameters.lgn_edges
    gains: FloatArray = (
        edges.weight_pa * parameters.current_per_hz[edges.target, edges.receptor]
    )
    return gains
