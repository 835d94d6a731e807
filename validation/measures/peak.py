"""Peak of the response to an onset."""

from typing import Annotated

import numpy as np

from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, decide
from validation.criteria.threshold import (
    LARGER_IS_HARDER,
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


class PeakLimits(Limits):
    """Least and largest ratio of the peaks."""

    peak_ratio_low: Annotated[Threshold[Positive], LARGER_IS_HARDER]
    peak_ratio_high: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class Peak(Measure[PeakLimits, MeasureResult]):
    """Peak after an onset, model over spiking."""

    name = "peak"
    section = "latency"
    limits = by_tier(
        PeakLimits,
        lenient={
            "peak_ratio_low": (0.67, "within a factor of 1.5"),
            "peak_ratio_high": (1.5, "within a factor of 1.5"),
        },
        default={
            "peak_ratio_low": (0.8, "the flash's peak within 80 to 125 %"),
            "peak_ratio_high": (1.25, "the flash's peak within 80 to 125 %"),
        },
        strict={
            "peak_ratio_low": (0.9, "the flash's peak within 10 %"),
            "peak_ratio_high": (1.11, "the flash's peak within 10 %"),
        },
    )
    columns = (Column("value", "peak", "peak of the flash response, model / spiking"),)

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[MeasureResult]:
        """Return the mean ratio over the onsets with a clear response."""
        confidence = compared.prepared.criteria.statistics.confidence.value
        return [
            MeasureResult()
            if response is None
            else MeasureResult(**estimate(response.peak_ratio, confidence))
            for response in onset_responses(compared)
        ]

    def decide(self, result: MeasureResult, asked: Asked[PeakLimits]) -> Decision:
        """Judge it, as far as the interval tells."""
        limits = asked.limits
        low, high = limits.peak_ratio_low.value, limits.peak_ratio_high.value
        return decide(result.value, result.interval, low, high)

    def describe(self, result: MeasureResult, asked: Asked[PeakLimits]) -> str:
        """Say how large the peak is."""
        if result.value is None:
            return ""
        return (
            f"the peak after an onset is {result.value:.2f} times the "
            f"spiking one; {asked.limits.peak_ratio_low.value:g} to "
            f"{asked.limits.peak_ratio_high.value:g} is allowed"
        )
