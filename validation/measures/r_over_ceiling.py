"""Correlation with the PSTH, over the largest that its noise leaves possible."""

from typing import Annotated

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult, Tier
from validation.criteria.decision import Decision, is_within, pass_if
from validation.criteria.threshold import (
    LARGER_IS_HARDER,
    Fraction,
    Limits,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Panel
from validation.measuring.resolution import shown_error
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

    def degenerate(self, comparison: Comparison) -> FloatArray:
        """Return it; noise of the standard deviation is half that of the variance."""
        signal = comparison.spiking.signal_variance[0]
        value = np.clip(self.samples(comparison)[0], 0.0, 1.0)
        return ratio(comparison.chance_variance * value**2, 4.0 * signal**2)

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        criteria = compared.prepared.criteria
        least = self.asked(criteria, tier).limits.r_over_ceiling.value
        signal = float(compared.prepared.without_one.signal_variance[0, group])
        error = float(shown_error(compared)[group])
        if error <= 2.0 * (1.0 - least) * signal:
            return None
        return (
            "with its noise a perfect model may be shown to have a correlation over "
            f"ceiling below {least:.2f}"
        )

    def decide(
        self, result: MeasureResult, asked: Asked[CorrelationLimits]
    ) -> Decision:
        """Judge the lower end of the interval."""
        least = asked.limits.r_over_ceiling.value
        return pass_if(is_within(result.interval, least, np.inf))

    def describe(self, result: MeasureResult, asked: Asked[CorrelationLimits]) -> str:
        """Say whether the value or only its interval misses."""
        least = asked.limits.r_over_ceiling.value
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        ends = span(result.interval)
        if result.value is not None and result.value >= least:
            return (
                f"correlation over ceiling {result.value:.2f} is enough, but its "
                f"{percent} interval {ends} reaches below {least:.2f}"
            )
        return (
            f"correlation over ceiling {result.value or 0.0:.2f} "
            f"({percent} interval {ends}) is below {least:.2f}"
        )

    def panel(self, limits: CorrelationLimits) -> Panel:
        """Return its panel in the figure of scores."""
        allowed = (limits.r_over_ceiling.value, 2.0)
        return Panel("correlation / ceiling", (0.5, 1.05), allowed)
