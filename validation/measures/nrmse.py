"""Error of the time course over the mean rate, without the part that is noise."""

from typing import Annotated, Any

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, pass_if
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Panel
from validation.measuring.sampled import SampledMeasure
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import known, ratio, span

Z_95 = 1.645
"""One-sided 95 % quantile of the normal distribution."""


class NrmseLimits(Limits):
    """Largest error."""

    nrmse: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class NrmseResult(MeasureResult):
    """``sqrt(max(0, MSE - s2)) / mean rate``.

    Attributes
    ----------
    floor
        What a perfect model stays below in 95 % of data sets like this one.
    """

    floor: float | None = None


class Nrmse(SampledMeasure[NrmseLimits, NrmseResult]):
    """Noise-corrected root mean square error over the mean rate."""

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
                "momentary error, noise taken out, against the mean rate; where a "
                "stimulus modulates the rate strongly this is the hardest of the four",
            )
        },
        strict={"nrmse": (0.05, "half of the default tier")},
    )
    columns = (
        Column("value", "NRMSE", "noise-corrected RMS error over the mean rate"),
    )

    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the error over the mean rate."""
        error = np.sqrt(np.maximum(comparison.error, 0.0))
        return ratio(error, comparison.spiking.rate_hz)

    def extras(self, compared: Compared) -> list[dict[str, Any]]:
        """Return the floor."""
        return [{"floor": _floor(compared, g)} for g in range(compared.n_groups)]

    def why_not_judged(self, compared: Compared, group: int) -> str | None:
        """Say that a perfect model might miss the default tier."""
        floor = _floor(compared, group)
        asked = self.asked(compared.prepared.criteria, "default").limits.nrmse.value
        if floor is None or floor <= asked:
            return None
        return (
            f"with its noise even a perfect model may show a time-course error of "
            f"{floor:.2f}, above {asked:.2f}"
        )

    def decide(self, result: NrmseResult, asked: Asked[NrmseLimits]) -> Decision:
        """Judge the estimate."""
        most = asked.limits.nrmse.value
        return pass_if(result.value is not None and result.value <= most)

    def describe(self, result: NrmseResult, asked: Asked[NrmseLimits]) -> str:
        """Say by how much it is missed."""
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        return (
            f"error of the time course {shown} of the mean rate "
            f"({percent} interval {span(result.interval)}) is above "
            f"{asked.limits.nrmse.value:.2f}"
        )

    def panel(self, limits: NrmseLimits) -> Panel:
        """Return its panel in the figure of scores."""
        return Panel("NRMSE", (0.0, 0.6), (-1.0, limits.nrmse.value))


def _floor(compared: Compared, group: int) -> float | None:
    spiking = compared.prepared.spiking
    rate = float(spiking.rate_hz[0, group])
    if rate <= 0.0:
        return None
    # A perfect model with trials of its own adds the noise of their mean.
    variance = Z_95 * (1.0 + compared.own_noise) * spiking.chance_error[group]
    return known(np.sqrt(variance) / rate)
