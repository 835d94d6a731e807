"""NRMSE: error of the time course over the mean rate, the noise taken out."""

from typing import Annotated, Any

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult, Tier
from validation.criteria.decision import Decision, is_within, pass_if
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Panel
from validation.measuring.resolution import shown_error
from validation.measuring.sampled import SampledMeasure
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import known, ratio, span


class NrmseLimits(Limits):
    """Largest error."""

    nrmse: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class NrmseResult(MeasureResult):
    """``sqrt(max(0, MSE - s2)) / mean rate``.

    Attributes
    ----------
    floor
        Below it lies the upper end of a perfect model's interval in the share
        ``power`` of data sets like this one.
    """

    floor: float | None = None


class Nrmse(SampledMeasure[NrmseLimits, NrmseResult]):
    """NRMSE: root mean square error of the time course over the mean rate.

    The noise variance ``s2`` of the PSTH is taken out of the mean square error.
    """

    name = "nrmse"
    section = "time_course"
    decides = True
    result = NrmseResult
    limits = by_tier(
        NrmseLimits,
        lenient={
            "nrmse": (
                0.20,
                "twice the default tier; what bioequivalence allows for a mean",
            )
        },
        default={
            "nrmse": (
                0.10,
                "momentary error, noise taken out, against the mean rate; the upper "
                "end of its interval is compared, so that few trials cannot help; "
                "where a stimulus modulates the rate strongly this is the hardest of "
                "the four",
            )
        },
        strict={"nrmse": (0.05, "half of the default tier")},
    )
    columns = (
        Column(
            "value",
            "NRMSE",
            "root mean square error of the time course over the mean rate, the noise "
            "of the spiking trials taken out",
            small_print="NRMSE",
        ),
    )

    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the square: its noise does not shift it, also where it is near 0."""
        return ratio(comparison.error, comparison.spiking.rate_hz**2)

    def scaled(self, values: FloatArray) -> FloatArray:
        """Return the root; 0 where the noise makes the square negative."""
        root: FloatArray = np.sqrt(np.maximum(values, 0.0))
        return root

    def degenerate(self, comparison: Comparison) -> FloatArray:
        """Return the variance that a perfect model's square has."""
        return ratio(comparison.chance_variance, comparison.spiking.rate_hz[0] ** 4)

    def extras(self, compared: Compared) -> list[dict[str, Any]]:
        """Return the floor."""
        return [{"floor": known(floor)} for floor in _floors(compared)]

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        floor = known(_floors(compared)[group])
        asked = self.asked(compared.prepared.criteria, tier).limits.nrmse.value
        if floor is None or floor <= asked:
            return None
        return (
            f"with its noise even a perfect model may show an NRMSE of up to "
            f"{floor:.2f}, above {asked:.2f}"
        )

    def decide(self, result: NrmseResult, asked: Asked[NrmseLimits]) -> Decision:
        """Judge the upper end of the interval."""
        return pass_if(is_within(result.interval, 0.0, asked.limits.nrmse.value))

    def describe(self, result: NrmseResult, asked: Asked[NrmseLimits]) -> str:
        """Say whether the value or only its interval misses."""
        most = asked.limits.nrmse.value
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        ends = span(result.interval)
        if result.value is not None and result.value <= most:
            return (
                f"NRMSE {result.value:.2f} is little enough, but its {percent} "
                f"interval {ends} reaches above {most:.2f}"
            )
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        return f"NRMSE {shown} ({percent} interval {ends}) is above {most:.2f}"

    def panel(self, limits: NrmseLimits) -> Panel:
        """Return its panel in the figure of scores."""
        return Panel("NRMSE", (0.0, 0.6), (-1.0, limits.nrmse.value))


def _floors(compared: Compared) -> FloatArray:
    rate = compared.prepared.without_one.rate_hz[0]
    floors: FloatArray = np.sqrt(ratio(shown_error(compared), rate**2))
    return floors
