"""Error of the time course in trials of the tasks, from rest."""

import math
from collections.abc import Mapping
from typing import Annotated

import numpy as np
from pydantic import Field

from bridge.certificate.scores import MeasureResult, Tier
from validation.criteria.decision import Decision, pass_if
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure, Panel
from validation.measuring.pooled import pool, task_sets
from validation.measuring.resolution import shown_pooled_error
from validation.statistics.jackknife import intervals_of, rooted
from validation.statistics.numbers import known, ratio, span


class TaskNrmseLimits(Limits):
    """Largest error."""

    task_nrmse: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class TaskNrmseResult(MeasureResult):
    """``sqrt(max(0, MSE - s2)) / mean rate`` over all task trials.

    Attributes
    ----------
    is_asked
        Whether the reference has task trials.
    by_set
        The same in each set: tasks of one duration, with one kind of input.
    """

    is_asked: bool = True
    by_set: dict[str, float | None] = Field(default={})


class TaskNrmse(Measure[TaskNrmseLimits, TaskNrmseResult]):
    """Noise-corrected root mean square error over the mean rate, in task trials.

    Trials start from rest and nothing is dropped: the onset out of silence counts
    as much as what follows.
    """

    name = "task_nrmse"
    section = "task_trials"
    decides = True
    limits = by_tier(
        TaskNrmseLimits,
        lenient={
            "task_nrmse": (
                0.40,
                "twice the default tier, as in the other test stimuli",
            )
        },
        default={
            "task_nrmse": (
                0.20,
                "twice what the other test stimuli ask: out of silence a rate varies "
                "around its mean about twice as much as it does there, so this asks "
                "for the same share of the variance",
            )
        },
        strict={"task_nrmse": (0.10, "half of the default tier")},
    )
    columns = (
        Column(
            "value",
            "task NRMSE",
            "noise-corrected RMS error over the mean rate, in task trials from rest",
        ),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[TaskNrmseResult]:
        """Return value and interval in every group."""
        pooled = task_sets(compared)
        if pooled is None:
            return [TaskNrmseResult(is_asked=False)] * compared.n_groups
        confidence = compared.prepared.criteria.statistics.confidence.value
        rate_hz = pooled.parts[0].spiking_hz[0]
        intervals = intervals_of(
            [(part.left_out, part.relative_square) for part in pooled.parts],
            confidence,
            ratio(pooled.chance_variance, rate_hz**4),
        )
        alone = {
            name: own.nrmse
            for name, each in compared.of_role("task").items()
            if (own := pool({name: each})) is not None
        }
        return [
            TaskNrmseResult(
                value=known(pooled.nrmse[g]),
                interval=rooted(intervals[g]),
                by_set={name: known(values[g]) for name, values in alone.items()},
            )
            for g in range(compared.n_groups)
        ]

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        pooled = task_sets(compared)
        if pooled is None:
            return None
        rate_hz = float(pooled.parts[0].spiking_hz[0, group])
        if rate_hz <= 0.0:
            return "it is silent in task trials"
        error = float(shown_pooled_error(compared, pooled)[group])
        most = self.asked(compared.prepared.criteria, tier).limits.task_nrmse.value
        if error <= (most * rate_hz) ** 2:
            return None
        return (
            "with its noise even a perfect model may show an NRMSE of up to "
            f"{math.sqrt(error) / rate_hz:.2f} in task trials, above {most:.2f}"
        )

    def is_asked(self, result: TaskNrmseResult) -> bool:
        """Say whether there are task trials."""
        return result.is_asked

    def say_unasked(self, results: Mapping[str, TaskNrmseResult]) -> str:
        """Say that there were none."""
        if not results or any(result.is_asked for result in results.values()):
            return ""
        return "task NRMSE was not asked: no trial of a task was shown"

    def decide(
        self, result: TaskNrmseResult, asked: Asked[TaskNrmseLimits]
    ) -> Decision:
        """Judge the upper end of the interval.

        For the number of populations see ``statistics.confidence`` in the criteria.
        """
        if not result.is_asked:
            return "inconclusive"
        most = asked.limits.task_nrmse.value
        return pass_if(result.interval is not None and result.interval[1] <= most)

    def describe(self, result: TaskNrmseResult, asked: Asked[TaskNrmseLimits]) -> str:
        """Say whether the value or only its interval misses."""
        most = asked.limits.task_nrmse.value
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        ends = f"({percent} interval {span(result.interval)})"
        what = f"error of the time course in task trials {shown} of the mean rate"
        if result.value is not None and result.value <= most:
            return f"{what} {ends} is not shown to stay below {most:.2f}"
        return f"{what} {ends} is above {most:.2f}"

    def panel(self, limits: TaskNrmseLimits) -> Panel:
        """Return its panel in the figure of scores."""
        return Panel("task NRMSE", (0.0, 1.0), (-1.0, limits.task_nrmse.value))
