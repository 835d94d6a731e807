"""Correlation with the PSTH, over the largest that its noise leaves possible."""

from typing import Annotated

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, pass_if
from validation.criteria.threshold import (
    LARGER_IS_HARDER,
    Fraction,
    Limits,
    Threshold,
    by_tier,
)
from validation.measuring.contract import Asked, Column, Panel
from validation.measuring.sampled import SampledMeasure
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import ratio, span


class CorrelationLimits(Limits):
    """Least correlation over ceiling."""

    r_over_ceiling: Annotated[Threshold[Fraction], LARGER_IS_HARDER]


class ROverCeiling(SampledMeasure[CorrelationLimits, MeasureResult]):
    """``corr(model, PSTH) / ceiling`` (Schoppe et al. 2016)."""

    name = "r_over_ceiling"
    section = "time_course"
    decides = True
    limits = by_tier(
        CorrelationLimits,
        lenient={
            "r_over_ceiling": (
                0.80,
                "the timing of responses is right, their shape only roughly",
            )
        },
        default={
            "r_over_ceiling": (
                0.90,
                "nine tenths of the correlation that the noise leaves possible",
            )
        },
        strict={
            "r_over_ceiling": (0.95, "half of what the default tier may lose"),
        },
    )
    columns = (
        Column(
            "value",
            "r / ceiling",
            "correlation of the PSTHs over ceiling",
            small_print="correlation over its noise ceiling",
        ),
    )

    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the correlation over the ceiling."""
        return ratio(comparison.correlation, comparison.resampled_ceiling)

    def decide(
        self, result: MeasureResult, asked: Asked[CorrelationLimits]
    ) -> Decision:
        """Judge the estimate."""
        least = asked.limits.r_over_ceiling.value
        return pass_if(result.value is not None and result.value >= least)

    def describe(self, result: MeasureResult, asked: Asked[CorrelationLimits]) -> str:
        """Say by how much it is missed."""
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        return (
            f"correlation over ceiling {result.value or 0.0:.2f} "
            f"({percent} interval {span(result.interval)}) is below "
            f"{asked.limits.r_over_ceiling.value:.2f}"
        )

    def panel(self, limits: CorrelationLimits) -> Panel:
        """Return its panel in the figure of scores."""
        allowed = (limits.r_over_ceiling.value, 2.0)
        return Panel("correlation / ceiling", (0.5, 1.05), allowed)
