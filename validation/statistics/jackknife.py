"""Intervals from leaving out one trial at a time.

The noise-corrected measures are averages over pairs of trials (U-statistics). Near a
perfect model the part of their noise that is linear in the trials vanishes and the
products of the noise of two trials remain (the degenerate part). Resampling with
replacement overstates the variance of that part by three, since resampled noise does
not average to zero, and understates all else by (n - 1) / n, which helps where trials
are few. Leaving out one trial at a time counts the linear part once and the
degenerate part twice (Efron & Stein 1981, Ann Stat 9:586: never too little on
average), so that the excess, which is known, can be taken off. Student's t with the
number of trials less one makes the interval wider where trials are few.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from bridge.arrays import FloatArray
from bridge.certificate.scores import Interval


def leave_one_out(n_trials: int) -> FloatArray:
    """Return weights that leave out one trial each, rows that add up to ``n_trials``.

    Parameters
    ----------
    n_trials
        Number of trials.

    Returns
    -------
    ndarray
        Shape ``(n_trials, n_trials)``; a single trial is never left out, and has no
        row: ``(0, 1)``.
    """
    if n_trials == 1:
        return np.ones((0, 1))
    return (1.0 - np.eye(n_trials)) * n_trials / (n_trials - 1.0)


@dataclass(frozen=True)
class LeftOut:
    """Which rows of a measure leave out what; row 0 is the data as they are.

    Attributes
    ----------
    n_spiking, n_model
        Trials of the spiking model and of the model; 1 of a model without noise.
    """

    n_spiking: int
    n_model: int = 1

    @property
    def spiking_weights(self) -> FloatArray:
        """Weights of the spiking trials, ``(n_rows, n_spiking)``."""
        own = leave_one_out(self.n_spiking)
        rest = np.ones((len(leave_one_out(self.n_model)), self.n_spiking))
        return np.concatenate([np.ones((1, self.n_spiking)), own, rest])

    @property
    def model_weights(self) -> FloatArray:
        """Weights of the model's trials, ``(n_rows, n_model)``."""
        rest = np.ones((1 + len(leave_one_out(self.n_spiking)), self.n_model))
        return np.concatenate([rest, leave_one_out(self.n_model)])

    @property
    def n_fewest(self) -> int:
        """Trials of the side that has fewer, a model without noise left aside."""
        return min(n for n in (self.n_spiking, self.n_model) if n > 1)

    def variance(self, rows: FloatArray) -> FloatArray:
        """Return the jackknife's variance of a measure.

        Parameters
        ----------
        rows
            The measure in every row, ``(n_rows, n_groups)``.
        """
        cut = 1 + len(leave_one_out(self.n_spiking))
        total = np.zeros(rows.shape[1])
        for part in (rows[1:cut], rows[cut:]):
            if len(part):
                spread = ((part - part.mean(axis=0)) ** 2).mean(axis=0)
                total = total + (len(part) - 1) * spread
        return total

    def interval(
        self, rows: FloatArray, confidence: float, degenerate: FloatArray
    ) -> list[Interval | None]:
        """Return the interval of every group; ``None`` where a row is no number.

        Parameters
        ----------
        rows
            The measure in every row, ``(n_rows, n_groups)``.
        confidence
            Two-sided.
        degenerate
            Variance of the degenerate part, ``(n_groups,)``: counted once, and the
            least that the interval is made of.
        """
        return intervals_of([(self, rows)], confidence, degenerate)


def intervals_of(
    parts: Sequence[tuple[LeftOut, FloatArray]],
    confidence: float,
    degenerate: FloatArray,
) -> list[Interval | None]:
    """Return the interval of every group from samples that were drawn apart.

    Parameters
    ----------
    parts
        For every sample: its rows, and the measure of all samples together in them,
        ``(n_rows, n_groups)``. Rows 0 are equal: nothing left out anywhere.
    confidence, degenerate
        See :meth:`LeftOut.interval`.
    """
    value = parts[0][1][0]
    variance = np.sum([rows.variance(values) for rows, values in parts], axis=0)
    variance = np.maximum(variance - degenerate, degenerate)
    n_fewest = min(rows.n_fewest for rows, _ in parts)
    reach = t_quantile(0.5 + 0.5 * confidence, n_fewest) * np.sqrt(variance)
    return [
        (float(low), float(high)) if np.isfinite([low, high]).all() else None
        for low, high in zip(value - reach, value + reach, strict=True)
    ]


def rooted(interval: Interval | None) -> Interval | None:
    """Return the interval of a root from that of its square, cut off at 0."""
    if interval is None:
        return None
    low, high = (float(np.sqrt(max(end, 0.0))) for end in interval)
    return low, high


def t_quantile(probability: float, n_trials: int) -> float:
    """Return a quantile of Student's t for the mean of some trials."""
    return float(special.stdtrit(n_trials - 1, probability))
