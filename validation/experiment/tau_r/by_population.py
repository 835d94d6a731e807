"""A tau_r per population, each chosen while the others have theirs."""

import numpy as np

from bridge.column.populations import POPULATIONS
from validation.experiment.tau_r.calibration_error import CalibrationError

MOST_ROUNDS = 10
LEAST_GAIN = 1e-3
"""Share of the error that a round must take away."""

FIRST_FACTOR, LAST_FACTOR = 2.0, 1.15
"""Step of the search: tau_r of a population times or over it."""


def improve_by_population(
    error: CalibrationError, single_ms: float, least: float, low: float, high: float
) -> tuple[tuple[float, ...], float]:
    """Return a tau_r per population that is better than one for all.

    A value per population, chosen while all others have the same, does not hold once
    the others have theirs. So all populations move at once only where the network
    with *all* moves is better than before; else the one that gains most moves alone,
    and where no move gains, the step shrinks. Populations that do not count keep the
    single value. What is returned is the best network that was run, so it is no
    worse than the single value on the calibration stimuli.

    Parameters
    ----------
    error
        Of the calibration.
    single_ms, least
        The best single value, ms, and its error.
    low, high
        Ends of what is tried, ms.

    Returns
    -------
    tau_r_ms, error
        ms, ``(17,)``, and the error.
    """
    current = np.full(len(POPULATIONS), single_ms)
    moving = np.flatnonzero(error.clear)
    factor = FIRST_FACTOR
    for _ in range(MOST_ROUNDS):
        alone = np.repeat(current[None], 2 * moving.size, axis=0)
        down, up = np.arange(moving.size), moving.size + np.arange(moving.size)
        alone[down, moving] /= factor
        alone[up, moving] *= factor
        alone = np.clip(alone, low, high)
        found = error.of(alone)
        best = np.where(found[down] < found[up], down, up)
        gains = found[best] < least
        together = current.copy()
        together[moving[gains]] = alone[best[gains], moving[gains]]
        half = np.sqrt(current * together)
        tries = np.stack([together, half, alone[np.argmin(found)]])
        errors = error.of(tries)
        if errors.min() < (1.0 - LEAST_GAIN) * least:
            current, least = tries[np.argmin(errors)], float(errors.min())
        else:
            factor = float(np.sqrt(factor))
            if factor < LAST_FACTOR:
                break
    return tuple(float(f"{value:.3g}") for value in current), least
