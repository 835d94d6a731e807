"""Rates as spike counts of limited duration would show them."""

import numpy as np

from bridge.arrays import FloatArray

MIN_DRAWN_CELLS = 10_000
"""Cells drawn to see a model's distribution through count noise."""


def draw_counts(
    rates_hz: FloatArray,
    recorded_s: float,
    n_draws: int,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw Poisson spike counts of cells with known rates.

    A noise-free model is compared with spike counts after the same treatment that
    the spikes had: a cell that should fire 0.001 Hz has fired no or one spike, and
    noise raises selectivity indices because they cannot be negative.

    Parameters
    ----------
    rates_hz
        Rates, Hz, any shape.
    recorded_s
        Time over which spikes are counted, s.
    n_draws
        Independent recordings to draw.
    rng
        Source of randomness.

    Returns
    -------
    ndarray
        Counts over the recorded time, Hz, shape ``(n_draws, *rates_hz.shape)``.

    Notes
    -----
    Poisson counts are an upper bound for cells that fire more regularly than that,
    as adapting cells do.
    """
    expected = np.maximum(rates_hz, 0.0) * recorded_s
    drawn = rng.poisson(expected, (n_draws, *np.shape(rates_hz)))
    return drawn / recorded_s
