"""Mean rate: how far it is off, and whether that is shown to be little."""

import math
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import Field

from bridge.arrays import FloatArray
from bridge.certificate.scores import TIERS, MeasureResult, Tier
from validation.criteria.criteria import Statistics
from validation.criteria.decision import Decision, is_within, pass_if
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    OpenFraction,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Panel
from validation.measuring.resolution import reach_of
from validation.measuring.sampled import SampledMeasure
from validation.statistics.comparison import Comparison
from validation.statistics.equivalence import (
    adjust_holm,
    compute_equivalence_p,
    compute_rate_error,
)


class MeanRateLimits(Limits):
    """Error that the interval may reach, and margin of the equivalence test."""

    relative_error: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    absolute_error_hz: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    equivalence_margin: Annotated[Threshold[OpenFraction], SMALLER_IS_HARDER]


class MeanRateResult(MeasureResult):
    """Relative error of the mean rate over all test stimuli.

    Attributes
    ----------
    spiking_hz, model_hz
        The mean rates, Hz.
    equivalence_p
        P-value of the equivalence test by tier, Holm-adjusted once judged.
    """

    spiking_hz: float
    model_hz: float
    equivalence_p: dict[str, float] = Field(default={})


class MeanRate(SampledMeasure[MeanRateLimits, MeanRateResult]):
    """Relative error, with a test of equivalence."""

    name = "mean_rate"
    section = "mean_rate"
    decides = True
    result = MeanRateResult
    limits = by_tier(
        MeanRateLimits,
        lenient={
            "relative_error": (
                0.20,
                "the lower end of the 20 to 25 % that bioequivalence allows",
            ),
            "absolute_error_hz": (
                0.5,
                "as in the default tier: half a spike per second is not seen by the "
                "rest of the column",
            ),
            "equivalence_margin": (
                0.25,
                "FDA-like bioequivalence margin (80 to 125 %)",
            ),
        },
        default={
            "relative_error": (
                0.10,
                "two thirds of the equivalence margin; the whole interval must lie "
                "inside, so that few trials cannot help",
            ),
            "absolute_error_hz": (
                0.5,
                "the interval may reach as far where 10 % is less; the equivalence "
                "margin still binds",
            ),
            "equivalence_margin": (
                0.15,
                "shown by two one-sided tests, Holm-corrected: the correction may use "
                "the room beyond the 10 %",
            ),
        },
        strict={
            "relative_error": (0.05, "half of the default tier"),
            "absolute_error_hz": (
                0.1,
                "a tenth of a spike per second, where 5 % is less",
            ),
            "equivalence_margin": (
                0.10,
                "twice the allowed error, which leaves its interval room",
            ),
        },
    )
    columns = (
        Column("spiking_hz", "rate (Hz)", "mean rate of the spiking model"),
        Column("model_hz", "model (Hz)", "mean rate of the rate model"),
        Column(
            "value",
            "error",
            "relative error of the mean rate",
            is_percent=True,
            small_print="error of the mean rate",
        ),
    )

    def samples(self, comparison: Comparison) -> FloatArray:
        """Return the relative error."""
        return compute_rate_error(comparison.model.rate_hz, comparison.spiking.rate_hz)

    def confidence(self, statistics: Statistics) -> float:
        """Return the confidence of two one-sided tests."""
        return 1.0 - 2.0 * statistics.equivalence_alpha.value

    def extras(self, compared: Compared) -> list[dict[str, Any]]:
        """Return both rates, and the p-values of every tier."""
        comparison, criteria = compared.comparison, compared.prepared.criteria
        model_hz = np.where(
            compared.is_finite[:, None], comparison.model.mean_hz, np.nan
        )
        p = {
            tier: compute_equivalence_p(
                model_hz,
                comparison.spiking.mean_hz,
                self.asked(criteria, tier).limits.equivalence_margin.value,
            )
            for tier in TIERS
        }
        return [
            {
                "spiking_hz": float(comparison.spiking.rate_hz[0, g]),
                "model_hz": float(comparison.model.rate_hz[0, g]),
                "equivalence_p": {tier: float(p[tier][g]) for tier in TIERS},
            }
            for g in range(compared.n_groups)
        ]

    def adjust(
        self, results: Sequence[MeanRateResult], family: Sequence[int]
    ) -> list[MeanRateResult]:
        """Return the results with Holm's correction over those that fire."""
        adjusted: list[dict[str, float]] = [{} for _ in results]
        for tier in TIERS:
            p = np.array([results[i].equivalence_p[tier] for i in family])
            for i, value in zip(family, adjust_holm(p), strict=True):
                adjusted[i][tier] = float(value)
        return [
            result.model_copy(update={"equivalence_p": own})
            for result, own in zip(results, adjusted, strict=True)
        ]

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        prepared = compared.prepared
        asked = self.asked(prepared.criteria, tier)
        own_hz = prepared.spiking.mean_hz[group]
        rate_hz = float(own_hz.mean())
        if rate_hz <= 0.0:
            return None
        n_means = own_hz.size / (1.0 + compared.own_noise)
        error = float(own_hz.std(ddof=1)) / math.sqrt(n_means) / rate_hz
        alpha = asked.statistics.equivalence_alpha.value
        allowed = (
            (alpha, _allowed(rate_hz, asked.limits)),
            # The first of Holm's tests has the hardest level.
            (
                alpha / max(prepared.n_firing, 1),
                asked.limits.equivalence_margin.value,
            ),
        )
        n_trials = compared.left_out.n_fewest
        if all(
            error * reach_of(asked.statistics, n_trials, 1.0 - a) <= most
            for a, most in allowed
        ):
            return None
        return (
            f"its mean rate is known to {100 * error:.1f} % only: a perfect model may "
            "not be shown to have it"
        )

    def decide(self, result: MeanRateResult, asked: Asked[MeanRateLimits]) -> Decision:
        """Pass a rate that is shown to be close, and to be equivalent."""
        margin = asked.limits.equivalence_margin.value
        is_equivalent = (
            is_within(result.interval, -margin, margin)
            and result.equivalence_p.get(asked.tier, 1.0)
            <= asked.statistics.equivalence_alpha.value
        )
        allowed = _allowed(result.spiking_hz, asked.limits)
        return pass_if(is_within(result.interval, -allowed, allowed) and is_equivalent)

    def describe(self, result: MeanRateResult, asked: Asked[MeanRateLimits]) -> str:
        """Say how far off the rate is, or that it is not shown to be close."""
        limits = asked.limits
        error = 100.0 * (result.value or 0.0)
        side = "above" if error > 0.0 else "below"
        rates = (
            f"mean rate {result.model_hz:.2f} Hz is {abs(error):.0f} % {side} "
            f"the spiking {result.spiking_hz:.2f} Hz"
        )
        percent = f"{100 * self.confidence(asked.statistics):g} %"
        ends = result.interval
        shown = (
            "unknown" if ends is None else f"{100 * ends[0]:.0f} to {100 * ends[1]:.0f}"
        )
        interval = f"{percent} interval {shown} %"
        allowed = _allowed(result.spiking_hz, limits)
        if not is_within(result.interval, -allowed, allowed):
            return (
                f"{rates} ({interval}); {100 * limits.relative_error.value:g} % "
                f"or {limits.absolute_error_hz.value:g} Hz is allowed, for all of the "
                "interval"
            )
        margin = 100 * limits.equivalence_margin.value
        p = result.equivalence_p.get(asked.tier, 1.0)
        return (
            f"{rates}, and with {interval} it is not shown to lie within "
            f"{margin:g} % (Holm-corrected p = {p:.2g})"
        )

    def panel(self, limits: MeanRateLimits) -> Panel:
        """Return its panel in the figure of scores."""
        allowed = limits.relative_error.value
        return Panel("error of the mean rate", (-0.5, 0.5), (-allowed, allowed))


def _allowed(spiking_hz: float, limits: MeanRateLimits) -> float:
    """Return the relative error that is allowed."""
    relative = limits.relative_error.value
    if spiking_hz <= 0.0:
        return relative
    return max(relative, limits.absolute_error_hz.value / spiking_hz)
