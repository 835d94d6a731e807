"""Measures that are one number per resample of the trials."""

from abc import abstractmethod
from typing import Any, ClassVar, Generic, cast

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult
from validation.criteria.criteria import Statistics
from validation.criteria.threshold import LimitsT
from validation.measuring.compared import Compared
from validation.measuring.contract import Measure, ResultT
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import estimate


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
        """Return the number in every resample, ``(n_samples, n_groups)``."""

    def confidence(self, statistics: Statistics) -> float:
        """Return the confidence of its interval."""
        return statistics.confidence.value

    def extras(self, compared: Compared) -> list[dict[str, Any]]:
        """Return what else the result of every group holds."""
        return [{} for _ in range(compared.n_groups)]

    def compute(self, compared: Compared, rng: np.random.Generator) -> list[ResultT]:
        """Return value and interval in every group."""
        samples = self.samples(compared.comparison)
        confidence = self.confidence(compared.prepared.criteria.statistics)
        return [
            cast(
                ResultT,
                self.result(**estimate(samples[:, group], confidence), **extra),
            )
            for group, extra in enumerate(self.extras(compared))
        ]
