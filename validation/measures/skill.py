"""Skill: what a model explains of what the stimulus alone does not."""

from collections.abc import Mapping
from typing import Annotated

import numpy as np

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
from validation.measures.nrmse import Nrmse
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure, Panel
from validation.measuring.resolution import shown_error
from validation.statistics.comparison import Comparison
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
    trials, and a trial is left out of both at once. The baseline is taken as it was
    fitted: the noise of its own fit makes it worse or better than another fit, and is
    no part of the interval.
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
        comparison = compared.without_one
        rows = 1.0 - ratio(comparison.error, other.error)
        # The same noise is in both errors: for equal ones it cancels.
        share = np.clip(rows[0], 0.0, 1.0)
        degenerate = ratio(comparison.chance_variance * share**2, other.error[0] ** 2)
        intervals = compared.left_out.interval(rows, confidence, degenerate)
        nrmse, nrmse_intervals = _nrmse(compared, other)
        return [
            SkillResult(
                value=known(rows[0, g]),
                interval=intervals[g],
                is_asked=self._leaves_something(compared, nrmse_intervals[g]),
                stimulus_only_nrmse=nrmse[g],
                stimulus_only_interval=nrmse_intervals[g],
            )
            for g in range(compared.n_groups)
        ]

    def is_asked(self, result: SkillResult) -> bool:
        """Say whether the stimulus alone leaves something to explain."""
        return result.is_asked

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        other = _stimulus_only(compared)
        if other is None:
            return None
        _, intervals = _nrmse(compared, other)
        if not self._leaves_something(compared, intervals[group]):
            return None
        least = self.asked(compared.prepared.criteria, tier).limits.skill.value
        if shown_error(compared)[group] < (1.0 - least) * other.error[0, group]:
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

    def _leaves_something(self, compared: Compared, nrmse: Interval | None) -> bool:
        asked = self.asked(compared.prepared.criteria, "strict")
        return nrmse is None or nrmse[1] > asked.limits.stimulus_only_nrmse.value


def _stimulus_only(compared: Compared) -> Comparison | None:
    """Return the stimulus-only model against the same trials, left out alike."""
    prepared = compared.prepared
    rates = prepared.stimulus_only
    if rates is None:
        return None
    trials = rates.group_trials(prepared.reference)

    def make() -> Comparison:
        spiking = compared.without_one.spiking
        model = TrialProducts(trials, np.ones((len(spiking.weights), 1)))
        return Comparison(spiking, model, prepared.ceiling)

    return compared.once.get("stimulus-only model", make)


def _nrmse(
    compared: Compared, other: Comparison
) -> tuple[list[float | None], list[Interval | None]]:
    """Return the NRMSE of the stimulus-only model in every group."""

    def make() -> tuple[list[float | None], list[Interval | None]]:
        measure = Nrmse()
        rows = measure.samples(other)
        confidence = compared.prepared.criteria.statistics.confidence.value
        intervals = compared.left_out.interval(
            rows, confidence, measure.degenerate(other)
        )
        values = [known(value) for value in measure.scaled(rows[0])]
        return values, [measure.scaled_interval(ends) for ends in intervals]

    return compared.once.get("stimulus-only NRMSE", make)
