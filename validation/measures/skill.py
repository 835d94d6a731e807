"""Skill: what a model explains of what the stimulus alone does not."""

from collections.abc import Mapping
from typing import Annotated, NamedTuple

import numpy as np

from bridge.arrays import BoolArray, FloatArray
from bridge.certificate.scores import Interval, MeasureResult, Tier
from validation.criteria.decision import Decision, pass_if
from validation.criteria.threshold import (
    LARGER_IS_HARDER,
    SMALLER_IS_HARDER,
    Fraction,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared, compare_with
from validation.measuring.contract import Asked, Column, Measure, Panel
from validation.measuring.resolution import shown_error
from validation.responses.model_rates import ModelRates
from validation.statistics.comparison import Comparison
from validation.statistics.jackknife import rooted
from validation.statistics.numbers import known, ratio, span
from validation.statistics.trial_products import TrialProducts

_NEGLIGIBLE = (
    0.05,
    "where a model of the stimulus alone is closer than this to the spiking rates, by "
    "the unfavourable bound of its NRMSE, it passes the strict tier itself: the "
    "population says nothing about the network, and skill is not asked",
)


class SkillLimits(Limits):
    """Least skill, and the error of the stimulus-only model from which it is asked."""

    skill: Annotated[Threshold[Fraction], LARGER_IS_HARDER]
    stimulus_only_nrmse: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class SkillResult(MeasureResult):
    """Skill of a group.

    Attributes
    ----------
    is_asked
        Whether there is a stimulus-only model, and one that leaves something to
        explain.
    stimulus_only_nrmse, stimulus_only_interval
        NRMSE of the stimulus-only model; ``None`` where there is none.
    """

    is_asked: bool = False
    stimulus_only_nrmse: float | None = None
    stimulus_only_interval: Interval | None = None


class Skill(Measure[SkillLimits, SkillResult]):
    r"""Skill against :data:`validation.baselines.stimulus_only.STIMULUS_ONLY`.

    .. math:: 1 - \frac{MSE_{model} - s^2}{MSE_{stimulus\ only} - s^2}

    (Murphy 1988, Mon. Weather Rev. 116:2417, with the noise :math:`s^2` of the PSTH
    taken out of both). Both errors are averages over the same pairs of different
    trials, and a trial is left out of both at once. The baseline is taken
    as it was fitted: the noise of its own fit makes it worse or better than another
    fit, and is no part of the interval.
    """

    name = "skill"
    section = "network"
    decides = True
    limits = by_tier(
        SkillLimits,
        lenient={
            "skill": (
                0.0,
                "with confidence closer than a model that knows no network: less would "
                "not be worth a network; the lower bound must be above it",
            ),
            "stimulus_only_nrmse": _NEGLIGIBLE,
        },
        default={
            "skill": (
                0.5,
                "explains more than half of what the stimulus alone does not: of what "
                "is left for the network to explain, most",
            ),
            "stimulus_only_nrmse": _NEGLIGIBLE,
        },
        strict={
            "skill": (
                0.75,
                "three quarters of it: an error, as a root mean square, of less than "
                "half of that of the stimulus alone",
            ),
            "stimulus_only_nrmse": _NEGLIGIBLE,
        },
    )
    columns = (
        Column("value", "skill", "1 - MSE / MSE of a model of the stimulus alone"),
        Column(
            "stimulus_only_nrmse", "NRMSE, stimulus", "NRMSE of the stimulus-only model"
        ),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[SkillResult]:
        """Return the skill where there is a stimulus-only model."""
        other = _stimulus_only(compared)
        if other is None:
            return [SkillResult() for _ in range(compared.n_groups)]
        confidence = compared.prepared.criteria.statistics.confidence.value
        # Where the yardstick may be zero, a skill may be anything.
        yardstick = np.where(other.is_clear, other.error, np.nan)
        skill = 1.0 - ratio(compared.without_one.error, yardstick)
        clipped = np.clip(skill[0], 0.0, 1.0)
        intervals = compared.left_out.interval(
            skill,
            confidence,
            ratio(
                compared.without_one.chance_variance * clipped**2, other.error[0] ** 2
            ),
        )
        return [
            SkillResult(
                value=known(1.0 - error),
                interval=intervals[group],
                is_asked=self._is_asked(compared, other.interval[group]),
                stimulus_only_nrmse=known(other.nrmse[group]),
                stimulus_only_interval=other.interval[group],
            )
            for group, error in enumerate(
                ratio(compared.without_one.error[0], other.error[0])
            )
        ]

    def is_asked(self, result: SkillResult) -> bool:
        """Say whether the stimulus alone leaves something to explain."""
        return result.is_asked

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        other = _stimulus_only(compared)
        if other is None or not self._is_asked(compared, other.interval[group]):
            return None
        asked = self.asked(compared.prepared.criteria, tier).limits.skill.value
        error = shown_error(compared)[group]
        if other.is_clear[group] and error < (1.0 - asked) * other.error[0, group]:
            return None
        return (
            "with its noise even a perfect model may not be told from one that knows "
            "the stimulus alone"
        )

    def decide(self, result: SkillResult, asked: Asked[SkillLimits]) -> Decision:
        """Judge the lower end of the interval."""
        if not result.is_asked:
            return "inconclusive"
        least = asked.limits.skill.value
        return pass_if(result.interval is not None and result.interval[0] > least)

    def describe(self, result: SkillResult, asked: Asked[SkillLimits]) -> str:
        """Say how much of what the stimulus leaves is explained."""
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        return (
            f"skill over a model of the stimulus alone {shown} ({percent} interval "
            f"{span(result.interval)}) is not above {asked.limits.skill.value:.2f}"
        )

    def say_unasked(self, results: Mapping[str, SkillResult]) -> str:
        """Say where there was no yardstick, or none worth the name."""
        if not results:
            return ""
        if all(r.stimulus_only_nrmse is None for r in results.values()):
            return (
                "skill was not asked: it is measured against a model of the stimulus "
                "alone, which is fitted in a run of 'v1bridge validate'"
            )
        names = [name for name, r in results.items() if not r.is_asked]
        if not names:
            return ""
        return (
            f"skill was not asked in {', '.join(names)}: a model of the stimulus alone "
            "leaves no error there, and so they say nothing about the network"
        )

    def panel(self, limits: SkillLimits) -> Panel:
        """Return its panel in the figure of scores."""
        return Panel("skill", (-0.5, 1.05), (limits.skill.value, 2.0))

    def _is_asked(self, compared: Compared, interval: Interval | None) -> bool:
        asked = self.asked(compared.prepared.criteria, "strict")
        negligible = asked.limits.stimulus_only_nrmse.value
        return interval is None or interval[1] > negligible


class _StimulusOnly(NamedTuple):
    """The stimulus-only model, in the rows in which a model leaves trials out.

    Attributes
    ----------
    error
        Mean square error, Hz^2, ``(n_rows, n_groups)``.
    is_clear
        Whether it is shown to be above zero, ``(n_groups,)``.
    nrmse
        Of the data as they are, ``(n_groups,)``.
    interval
        Its interval.
    """

    error: FloatArray
    is_clear: BoolArray
    nrmse: FloatArray
    interval: list[Interval | None]


def _stimulus_only(compared: Compared) -> _StimulusOnly | None:
    """Return what there is of the stimulus-only model; ``None`` without one."""
    rates = compared.prepared.stimulus_only
    if rates is None:
        return None
    return compared.once.get(
        "stimulus-only model", lambda: _measure_stimulus_only(compared, rates)
    )


def _measure_stimulus_only(compared: Compared, rates: ModelRates) -> _StimulusOnly:
    spiking = compared.without_one.spiking
    # no generator is used: the baseline has no noise of its own
    own = compare_with(compared.prepared, rates, np.random.default_rng(0))
    comparison = Comparison(
        spiking,
        TrialProducts(
            own.comparison.model.trials_hz, np.ones((len(spiking.weights), 1))
        ),
        compared.prepared.ceiling,
    )
    square = ratio(comparison.error, spiking.rate_hz**2)
    intervals = compared.left_out.interval(
        square,
        compared.prepared.criteria.statistics.confidence.value,
        ratio(comparison.chance_variance, spiking.rate_hz[0] ** 4),
    )
    return _StimulusOnly(
        comparison.error,
        np.array([ends is not None and ends[0] > 0.0 for ends in intervals]),
        np.sqrt(np.maximum(square[0], 0.0)),
        [rooted(interval) for interval in intervals],
    )
