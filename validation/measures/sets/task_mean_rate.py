"""Mean rate in trials of the tasks: how far it is off, at the worst."""

import math
from collections.abc import Mapping
from typing import Annotated

import numpy as np

from bridge.arrays import FloatArray
from bridge.certificate.scores import MeasureResult, Tier
from validation.criteria.decision import Decision, pass_if
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    OpenFraction,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure, Panel
from validation.measuring.pooled import PooledRows, task_sets
from validation.measuring.resolution import reach_of
from validation.statistics.jackknife import intervals_of
from validation.statistics.numbers import known, ratio


class TaskMeanRateLimits(Limits):
    """Margin that the interval of the error must lie in."""

    task_rate_margin: Annotated[Threshold[OpenFraction], SMALLER_IS_HARDER]


class TaskMeanRateResult(MeasureResult):
    """Relative error of the mean rate over all task trials.

    Attributes
    ----------
    is_asked
        Whether the reference has task trials.
    spiking_hz, model_hz
        The mean rates, Hz.
    """

    is_asked: bool = True
    spiking_hz: float | None = None
    model_hz: float | None = None


class TaskMeanRate(Measure[TaskMeanRateLimits, TaskMeanRateResult]):
    """Relative error of the mean rate in task trials, with its interval."""

    name = "task_mean_rate"
    section = "task_trials"
    decides = True
    limits = by_tier(
        TaskMeanRateLimits,
        lenient={
            "task_rate_margin": (
                0.25,
                "the margin of equivalence that the mean rate over the other test "
                "stimuli has at this tier",
            )
        },
        default={
            "task_rate_margin": (
                0.15,
                "as over the other test stimuli: the readout of a task sees mean rates",
            )
        },
        strict={"task_rate_margin": (0.075, "half of the default tier")},
    )
    columns = (
        Column(
            "value",
            "task rate",
            "error of the mean rate in task trials from rest",
            digits=0,
            is_percent=True,
        ),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[TaskMeanRateResult]:
        """Return value and interval in every group."""
        pooled = task_sets(compared)
        if pooled is None:
            return [TaskMeanRateResult(is_asked=False)] * compared.n_groups
        first = pooled.parts[0]
        parts = [(part.left_out, _error_of(part)) for part in pooled.parts]
        intervals = intervals_of(
            parts,
            compared.prepared.criteria.statistics.confidence.value,
            np.zeros(compared.n_groups),
        )
        return [
            TaskMeanRateResult(
                value=known(_error_of(first)[0, g]),
                interval=intervals[g],
                spiking_hz=float(first.spiking_hz[0, g]),
                model_hz=float(first.model_hz[0, g]),
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
            return None  # said by the NRMSE
        # Only the noise counts, not how far off this model is: of either rate alone.
        variance = sum(
            part.left_out.variance(rows[:, [group]])[0]
            for part in pooled.parts
            for rows in (part.spiking_hz, part.model_hz)
        )
        error = math.sqrt(variance) / rate_hz
        statistics = compared.prepared.criteria.statistics
        shown = error * reach_of(statistics, pooled.n_fewest)
        limits = self.asked(compared.prepared.criteria, tier).limits
        if shown <= limits.task_rate_margin.value:
            return None
        return (
            "with its noise even a perfect model may show an error of the mean rate in "
            f"task trials of up to {100 * shown:.0f} %, above "
            f"{100 * limits.task_rate_margin.value:g} %"
        )

    def is_asked(self, result: TaskMeanRateResult) -> bool:
        """Say whether there are task trials."""
        return result.is_asked

    def say_unasked(self, results: Mapping[str, TaskMeanRateResult]) -> str:
        """Say that there were none."""
        if not results or any(result.is_asked for result in results.values()):
            return ""
        return "mean rate in task trials was not asked: no trial of a task was shown"

    def decide(
        self, result: TaskMeanRateResult, asked: Asked[TaskMeanRateLimits]
    ) -> Decision:
        """Judge the end of the interval that is further off.

        For the number of populations see
        :meth:`validation.measures.sets.task_nrmse.TaskNrmse.decide`.
        """
        if not result.is_asked:
            return "inconclusive"
        margin, ends = asked.limits.task_rate_margin.value, result.interval
        return pass_if(ends is not None and -margin <= ends[0] and ends[1] <= margin)

    def describe(
        self, result: TaskMeanRateResult, asked: Asked[TaskMeanRateLimits]
    ) -> str:
        """Say how far off the rate is."""
        margin = 100 * asked.limits.task_rate_margin.value
        if result.value is None or result.interval is None:
            return "the mean rate in task trials is unknown"
        low, high = (100 * end for end in result.interval)
        return (
            f"mean rate in task trials {result.model_hz:.2f} Hz for the spiking "
            f"{result.spiking_hz:.2f} Hz: {100 * result.value:+.0f} % "
            f"({100 * asked.statistics.confidence.value:g} % interval {low:.0f} to "
            f"{high:.0f} %) is not shown to lie within {margin:g} %"
        )

    def panel(self, limits: TaskMeanRateLimits) -> Panel:
        """Return its panel in the figure of scores."""
        margin = limits.task_rate_margin.value
        return Panel("error of the task mean rate", (-0.5, 0.5), (-margin, margin))


def _error_of(part: PooledRows) -> FloatArray:
    return ratio(part.model_hz - part.spiking_hz, part.spiking_hz)
