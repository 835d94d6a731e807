"""Explained variance of the PSTH, without the part that is noise."""

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


class ExplainedVarianceLimits(Limits):
    """Least explained variance."""

    explained_variance: Annotated[Threshold[Fraction], LARGER_IS_HARDER]


class ExplainedVariance(SampledMeasure[ExplainedVarianceLimits, MeasureResult]):
    """``1 - (MSE - s2) / (Var - s2)`` with the noise variance ``s2`` of the PSTH."""

    name = "explained_variance"
    section = "time_course"
    decides = True
    limits = by_tier(
        ExplainedVarianceLimits,
        lenient={
            "explained_variance": (
                0.60,
                "more than half of what can be explained; that it took a network to do "
                "so is not said by this measure but by skill: a regression on the mean "
                "LGN rate alone reaches 0.85 at the median (docs/decisions/018)",
            )
        },
        default={
            "explained_variance": (
                0.80,
                "the lower bound of its interval is compared, so that few trials "
                "cannot help",
            )
        },
        strict={
            "explained_variance": (
                0.90,
                "nine tenths of what can be explained, by the interval's lower bound",
            )
        },
    )
    columns = (
        Column(
            "value",
            "VE",
            "noise-corrected explained variance",
            small_print="explained variance",
        ),
    )

    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the explained variance."""
        return 1.0 - ratio(comparison.error, comparison.spiking.signal_variance)

    def degenerate(self, comparison: Comparison) -> FloatArray:
        """Return it; noise of the variance adds to that of the error."""
        signal = comparison.spiking.signal_variance[0]
        value = np.clip(1.0 - ratio(comparison.error[0], signal), 0.0, 1.0)
        return ratio(comparison.chance_variance * value**2, signal**2)

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        criteria = compared.prepared.criteria
        least = self.asked(criteria, tier).limits.explained_variance.value
        signal = float(compared.prepared.without_one.signal_variance[0, group])
        error = float(shown_error(compared)[group])
        if error <= (1.0 - least) * signal:
            return None
        shown = f"only {1.0 - error / signal:.2f}" if error < signal else "none"
        return (
            f"with its noise a perfect model may be shown to explain {shown} of its "
            f"variance, below {least:.2f}"
        )

    def decide(
        self, result: MeasureResult, asked: Asked[ExplainedVarianceLimits]
    ) -> Decision:
        """Judge the lower end of the interval."""
        least = asked.limits.explained_variance.value
        return pass_if(is_within(result.interval, least, np.inf))

    def describe(
        self, result: MeasureResult, asked: Asked[ExplainedVarianceLimits]
    ) -> str:
        """Say whether the value or only its interval misses."""
        least = asked.limits.explained_variance.value
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        ends = span(result.interval)
        if result.value is not None and result.value >= least:
            return (
                f"explained variance {result.value:.2f} is enough, but its "
                f"{percent} interval {ends} reaches below {least:.2f}"
            )
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        return (
            f"explained variance {shown} ({percent} interval {ends}) "
            f"is below {least:.2f}"
        )

    def panel(self, limits: ExplainedVarianceLimits) -> Panel:
        """Return its panel in the figure of scores."""
        allowed = (limits.explained_variance.value, 2.0)
        return Panel("explained variance", (0.0, 1.05), allowed)
