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
    reach = reach_of(statistics, compared.left_out.n_fewest)
    error: FloatArray = reach * np.sqrt(compared.without_one.chance_variance)
    return error


def shown_pooled_error(compared: Compared, pooled: Pooled) -> FloatArray:
    """Return the same for sets of stimuli that are pooled, Hz^2, ``(n_groups,)``."""
    reach = reach_of(compared.prepared.criteria.statistics, pooled.n_fewest)
    error: FloatArray = reach * np.sqrt(pooled.chance_variance)
    return error


def reach_of(
    statistics: Statistics, n_trials: int, one_sided: float | None = None
) -> float:
    """Return how many standard errors a perfect model's estimate needs for itself.

    Parameters
    ----------
    statistics
        Confidence of the intervals, and the share of data sets in which a perfect
        model must pass.
    n_trials
        Trials of the side that has fewer.
    one_sided
        Confidence of the end of the interval that is compared with a threshold;
        that of the two-sided interval of the statistics where it is left out.
    """
    end = 0.5 + 0.5 * statistics.confidence.value if one_sided is None else one_sided
    return t_quantile(end, n_trials) + t_quantile(statistics.power.value, n_trials)
