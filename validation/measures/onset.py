"""Latency of the response to an onset."""

from typing import Annotated

import numpy as np

from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, decide
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure
from validation.measuring.onsets import onset_responses
from validation.statistics.numbers import estimate


class OnsetLimits(Limits):
    """Largest difference of the latencies."""

    onset_ms: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class Onset(Measure[OnsetLimits, MeasureResult]):
    """Difference of the latency of the half peak, ms; positive: the model is late."""

    name = "onset"
    section = "latency"
    limits = by_tier(
        OnsetLimits,
        lenient={"onset_ms": (10.0, "one bin of the PSTH")},
        default={"onset_ms": (5.0, "half a bin; about a synaptic time constant")},
        strict={"onset_ms": (2.5, "half of the default tier")},
    )
    columns = (
        Column("value", "onset (ms)", "difference of the onset latency", digits=1),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[MeasureResult]:
        """Return the mean difference over the onsets with a clear response."""
        confidence = compared.prepared.criteria.statistics.confidence.value
        return [
            MeasureResult()
            if response is None
            else MeasureResult(**estimate(response.latency_difference_ms, confidence))
            for response in onset_responses(compared)
        ]

    def decide(self, result: MeasureResult, asked: Asked[OnsetLimits]) -> Decision:
        """Judge it, as far as the interval tells."""
        most = asked.limits.onset_ms.value
        return decide(result.value, result.interval, -most, most)

    def describe(self, result: MeasureResult, asked: Asked[OnsetLimits]) -> str:
        """Say how much later or earlier the response starts."""
        if result.value is None:
            return ""
        side = "later" if result.value > 0.0 else "earlier"
        return (
            f"the response to an onset starts {abs(result.value):.1f} ms {side}; "
            f"{asked.limits.onset_ms.value:g} ms is allowed"
        )
