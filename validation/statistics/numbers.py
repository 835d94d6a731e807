"""Numbers that may be unknown, and their intervals."""

from typing import TypedDict

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import Interval

Numbers = dict[str, float | None]


class Estimate(TypedDict):
    """A number and its confidence interval."""

    value: float | None
    interval: Interval | None


def known(value: float) -> float | None:
    """Return a number, or ``None`` where it is not finite."""
    return float(value) if np.isfinite(value) else None


def interval_of(samples: FloatArray, confidence: float) -> Interval | None:
    """Percentile interval of bootstrap samples; ``None`` if some are undefined.

    Up to one in twenty samples may be undefined (a latency of a resample without
    a peak, say).
    """
    finite = samples[np.isfinite(samples)]
    if finite.size < 0.95 * samples.size or finite.size == 0:
        return None
    tail = 0.5 * (1.0 - confidence)
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    return float(low), float(high)


def estimate(samples: FloatArray, confidence: float) -> Estimate:
    """Return sample 0, of the data as is, and the interval of the resampled rest."""
    return Estimate(
        value=known(samples[0]), interval=interval_of(samples[1:], confidence)
    )


def span(interval: Interval | None) -> str:
    """Return an interval in words."""
    if interval is None:
        return "unknown"
    return f"{interval[0]:.2f} to {interval[1]:.2f}"


def ratio(numerator: FloatArray, denominator: FloatArray) -> FloatArray:
    """Divide where the denominator is positive; NaN elsewhere."""
    result: FloatArray = np.divide(
        numerator,
        denominator,
        out=np.full(numerator.shape, np.nan),
        where=denominator > 0.0,
    )
    return result
