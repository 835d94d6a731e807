"""How close to perfect a perfect model can be shown to be with some data."""

import numpy as np

from bridge.arrays import FloatArray
from validation.criteria.criteria import Statistics
from validation.measuring.compared import Compared
from validation.measuring.pooled import Pooled
from validation.statistics.jackknife import t_quantile


def shown_error(compared: Compared) -> FloatArray:
    """Return the noise-free mean square error that a perfect model is shown to have.

    The unfavourable end of its interval, below which that end lies in the share
    ``power`` of data sets like this one: a measure whose threshold asks for less
    cannot be judged.

    Returns
    -------
    ndarray
        Hz^2, ``(n_groups,)``.
    """
    statistics = compared.prepared.criteria.statistics
    reach = reach_of(0.5 + 0.5 * statistics.confidence.value, compared)
    error: FloatArray = reach * np.sqrt(compared.without_one.chance_variance)
    return error


def shown_pooled_error(compared: Compared, pooled: Pooled) -> FloatArray:
    """Return the same for sets of stimuli that are pooled, Hz^2, ``(n_groups,)``."""
    statistics = compared.prepared.criteria.statistics
    n_trials = min(part.left_out.n_fewest for part in pooled.parts)
    ends = (0.5 + 0.5 * statistics.confidence.value, statistics.power.value)
    reach = sum(t_quantile(end, n_trials) for end in ends)
    error: FloatArray = reach * np.sqrt(pooled.chance_variance)
    return error


def reach_of(one_sided: float, compared: Compared) -> float:
    """Return how many standard errors a perfect model's estimate needs for itself.

    Parameters
    ----------
    one_sided
        Confidence of the end of the interval that is compared with a threshold.
    compared
        The model and the reference.
    """
    statistics: Statistics = compared.prepared.criteria.statistics
    n_trials = compared.left_out.n_fewest
    own = t_quantile(statistics.power.value, n_trials)
    return t_quantile(one_sided, n_trials) + own
