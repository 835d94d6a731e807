"""The variance of the constant input, where its events come to act otherwise."""

import numpy as np

from bridge.arrays import FloatArray
from bridge.reduction.parameters import RateParameters


def constant_variance_with(
    parameters: RateParameters, variance_per_hz: FloatArray
) -> FloatArray:
    """Return the membrane variance of the same events with other effects.

    The variance is stored summed over receptors; their shares are taken to be
    those of equal events of the charge that each receptor gets.

    Parameters
    ----------
    parameters
        Of the cells as they were.
    variance_per_hz
        What an event does now, per squared weight that it had and rate, mV^2 per
        (pA^2 Hz), ``(n_cells, 4)``.

    Returns
    -------
    ndarray
        mV^2, ``(n_cells,)``.
    """
    events = np.abs(parameters.constant_current_pa) / parameters.current_per_hz
    before = (events * parameters.variance_per_hz).sum(axis=1)
    after = (events * variance_per_hz).sum(axis=1)
    ratio = np.where(before > 0.0, after / np.where(before > 0.0, before, 1.0), 1.0)
    return np.asarray(parameters.constant_variance_mv2 * ratio)
