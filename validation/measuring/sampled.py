"""Measures that are one number per weighting of the trials."""

from abc import abstractmethod
from typing import Any, ClassVar, Generic, cast

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import Interval, MeasureResult
from validation.criteria.criteria import Statistics
from validation.criteria.threshold import LimitsT
from validation.measuring.compared import Compared
from validation.measuring.contract import Measure, ResultT
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import known


class SampledMeasure(Measure[LimitsT, ResultT], Generic[LimitsT, ResultT]):
    """A measure of trials; anchors (another seed, a constant rate) have it as well.

    Attributes
    ----------
    result
        Class of its results.
    """

    result: ClassVar[type[MeasureResult]] = MeasureResult

    @abstractmethod
    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the number for every row of weights, ``(n_samples, n_groups)``.

        On a scale on which noise does not shift it, which may be another than that
        of the thresholds: see :meth:`scaled`.
        """

    def scaled(self, values: FloatArray) -> FloatArray:
        """Return what :meth:`samples` gives on the scale of the thresholds."""
        return values

    def degenerate(self, comparison: Comparison) -> FloatArray:
        """Return the variance of the degenerate part of :meth:`samples`.

        See :mod:`validation.statistics.jackknife`; 0 leaves it counted twice,
        ``(n_groups,)``.
        """
        return np.zeros(len(comparison.spiking.trials_hz))

    def confidence(self, statistics: Statistics) -> float:
        """Return the confidence of its interval."""
        return statistics.confidence.value

    def extras(self, compared: Compared) -> list[dict[str, Any]]:
        """Return what else the result of every group holds."""
        return [{} for _ in range(compared.n_groups)]

    def compute(self, compared: Compared, rng: np.random.Generator) -> list[ResultT]:
        """Return value and interval in every group."""
        rows = self.samples(compared.without_one)
        intervals = compared.left_out.interval(
            rows,
            self.confidence(compared.prepared.criteria.statistics),
            self.degenerate(compared.without_one),
        )
        values = self.scaled(rows[0])
        return [
            cast(
                ResultT,
                self.result(
                    value=known(values[group]),
                    interval=self.scaled_interval(intervals[group]),
                    **extra,
                ),
            )
            for group, extra in enumerate(self.extras(compared))
        ]

    def scaled_interval(self, interval: Interval | None) -> Interval | None:
        """Return an interval of :meth:`samples` on the scale of the thresholds."""
        if interval is None:
            return None
        low, high = self.scaled(np.array(interval))
        return float(low), float(high)
