"""What a current into one population changes in the others."""

import math
from collections.abc import Mapping
from typing import Annotated, NamedTuple

import numpy as np

from bridge.arrays import BoolArray, FloatArray
from bridge.certificate.scores import MeasureResult, Tier
from bridge.column.populations import POPULATIONS
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
from validation.measuring.resolution import reach_of
from validation.responses.reference import Reference
from validation.statistics.comparison import Comparison
from validation.statistics.jackknife import LeftOut, rooted
from validation.statistics.numbers import known, ratio, span
from validation.statistics.trial_products import TrialProducts

MERGED_MS = 50.0
"""Longest bin of a change, ms: a fifth of the time that the current lasts.

A change is a difference, with twice the noise of a response. With 40 trials a perfect
model's upper bound is below the default tier in 13 of 16 firing populations of the
3,000-cell column, with bins of 10 ms in 10 (from spiking trials alone, seed 1).
"""

SMALL_CHANGE = 0.2
"""Share of the mean rate below which a change counts as so much."""


class PerturbationLimits(Limits):
    """Largest error of the change."""

    perturbation: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class PerturbationResult(MeasureResult):
    r"""Error of the change over its size.

    With :math:`\Delta(t)` = perturbed - unperturbed response, over all stimuli whose
    current flows into another population,

    .. math:: \frac{\mathrm{rms}(\Delta_{model} - \Delta_{spiking})}
              {\max(\mathrm{rms}\,\Delta_{spiking},\; 0.2\,\bar r)}

    noise taken out of all of it; :math:`\bar r` is the unperturbed mean rate. A model
    in which nothing happens has 1 wherever something does; where nothing happens in
    either it is 0, and a change that only the model has counts against the rate.

    Attributes
    ----------
    is_asked
        Whether the reference has perturbations of others: every current may flow into
        this population, or into the only one of its class.
    change
        Size of the spiking change over the mean rate.
    model_change
        The same of the model.
    """

    is_asked: bool = True
    change: float | None = None
    model_change: float | None = None


class Perturbation(Measure[PerturbationLimits, PerturbationResult]):
    """Error of the change that a current into other populations makes."""

    name = "perturbation"
    section = "perturbation"
    decides = True
    limits = by_tier(
        PerturbationLimits,
        lenient={
            "perturbation": (
                0.63,
                "explains 0.60 of the change (1 - 0.63^2), as is asked of a response",
            )
        },
        default={
            "perturbation": (
                0.45,
                "explains 0.80 of the change; where that is small, 0.09 of the mean "
                "rate: what the default tier allows for the time course itself",
            )
        },
        strict={
            "perturbation": (
                0.32,
                "explains 0.90 of the change; where that is small, 0.06 of the rate",
            )
        },
    )
    columns = (
        Column(
            "value",
            "perturbation",
            "error of the change that currents into other populations make, over "
            "its size",
        ),
        Column(
            "change",
            "change",
            "size of that change over the mean rate, spiking",
        ),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[PerturbationResult]:
        """Return value and interval in every group."""
        changes = _changes_of(compared)
        if changes is None:
            return [PerturbationResult(is_asked=False)] * compared.n_groups
        intervals = changes.left_out.interval(
            changes.relative_square,
            compared.prepared.criteria.statistics.confidence.value,
            ratio(changes.chance_variance, changes.size_hz**4),
        )
        values = np.sqrt(np.maximum(changes.relative_square[0], 0.0))
        return [
            PerturbationResult(
                value=known(values[g]),
                interval=rooted(intervals[g]),
                change=known(changes.shares[0, g]),
                model_change=known(changes.shares[1, g]),
            )
            if changes.is_counted[g]
            else PerturbationResult(is_asked=False)
            for g in range(compared.n_groups)
        ]

    def why_not_judged(
        self, compared: Compared, group: int, tier: Tier = "default"
    ) -> str | None:
        """Say that a perfect model might miss the tier."""
        changes = _changes_of(compared)
        if changes is None or not changes.is_counted[group]:
            return None
        size_hz = float(changes.size_hz[group])
        if size_hz <= 0.0:
            return "it is silent while others are perturbed"
        statistics = compared.prepared.criteria.statistics
        reach = reach_of(statistics, changes.left_out.n_fewest)
        error = reach * math.sqrt(float(changes.chance_variance[group]))
        most = self.asked(compared.prepared.criteria, tier).limits.perturbation.value
        if error <= (most * size_hz) ** 2:
            return None
        return (
            "with its noise even a perfect model may show an error of up to "
            f"{math.sqrt(error) / size_hz:.2f} of the change under perturbations of "
            f"other populations, above {most:.2f}"
        )

    def is_asked(self, result: PerturbationResult) -> bool:
        """Say whether there are perturbations of others."""
        return result.is_asked

    def say_unasked(self, results: Mapping[str, PerturbationResult]) -> str:
        """Say that there were none, or for whom there were none."""
        names = [name for name, result in results.items() if not result.is_asked]
        if not names:
            return ""
        if len(names) == len(results):
            return "perturbation was not asked: no current into a population was shown"
        return (
            f"perturbation was not asked in {', '.join(names)}: no current into "
            "another population was shown"
        )

    def decide(
        self, result: PerturbationResult, asked: Asked[PerturbationLimits]
    ) -> Decision:
        """Judge the upper end of the interval.

        For the number of populations see
        :meth:`validation.measures.sets.task_nrmse.TaskNrmse.decide`.
        """
        if not result.is_asked:
            return "inconclusive"
        most = asked.limits.perturbation.value
        return pass_if(result.interval is not None and result.interval[1] <= most)

    def describe(
        self, result: PerturbationResult, asked: Asked[PerturbationLimits]
    ) -> str:
        """Say how large the change is, and how wrong."""
        most = asked.limits.perturbation.value
        shown = "unknown" if result.value is None else f"{result.value:.2f}"
        percent = f"{100 * asked.statistics.confidence.value:g} %"
        sizes = ""
        if result.change is not None and result.model_change is not None:
            sizes = (
                f" ({100 * result.change:.0f} % of the rate in the spiking column, "
                f"{100 * result.model_change:.0f} % in the model)"
            )
        side = "above"
        if result.value is not None and result.value <= most:
            side = "not shown to stay below"
        return (
            f"the change under perturbations of other populations{sizes} has an "
            f"error of {shown} of its size ({percent} interval "
            f"{span(result.interval)}), {side} {most:.2f}"
        )

    def panel(self, limits: PerturbationLimits) -> Panel:
        """Return its panel in the figure of scores."""
        allowed = (-1.0, limits.perturbation.value)
        return Panel("perturbation", (0.0, 1.5), allowed)


class _PerturbedRows(NamedTuple):
    """Row 0 as is, the rest with every trial left out in turn.

    Attributes
    ----------
    left_out
        Which rows leave out what.
    relative_square
        Square of the error over that of the size, ``(n_rows, n_groups)``.
    size_hz
        Size of the change, or the least that counts, Hz, ``(n_groups,)``.
    chance_variance
        Variance of the square of a perfect model's error, Hz^4, ``(n_groups,)``.
    shares
        Size of the change over the mean rate, spiking and model, ``(2, n_groups)``.
    is_counted
        Whether any current flows elsewhere, ``(n_groups,)``.
    """

    left_out: LeftOut
    relative_square: FloatArray
    size_hz: FloatArray
    chance_variance: FloatArray
    shares: FloatArray
    is_counted: BoolArray


def _changes_of(compared: Compared) -> _PerturbedRows | None:
    """Return the changes under perturbations, once; ``None`` without any."""
    sets = list(compared.of_role("perturbation").values())
    if not sets:
        return None
    return compared.once.get("perturbations", lambda: _measure(sets[0]))


def _measure(own: Compared) -> _PerturbedRows:
    changes = change_comparison(own)
    # Stimuli that do not count are zeros in the averages over time.
    counted = _counted(own.prepared.reference).mean(axis=1)

    def square(power: FloatArray) -> FloatArray:
        """Return the mean square over the stimuli that count, ``(b, g)``."""
        return ratio(power, np.broadcast_to(counted, power.shape))

    plain_hz = _unperturbed_hz(own)
    change = np.maximum(square(changes.spiking.power), 0.0)
    least = (SMALL_CHANGE * plain_hz) ** 2
    size = np.maximum(change, least)
    fires = plain_hz[0] > 0.0
    relative = np.where(fires, ratio(square(changes.error), size), np.nan)
    model = np.maximum(square(changes.model.power[:1]), 0.0)[0]
    sizes = np.sqrt(np.stack([change[0], model]))
    return _PerturbedRows(
        own.left_out,
        relative,
        np.where(fires, np.sqrt(size[0]), 0.0),
        ratio(changes.chance_variance, counted**2),
        ratio(sizes, np.stack([plain_hz[0]] * 2)),
        counted > 0.0,
    )


def change_comparison(compared: Compared) -> Comparison:
    """Return products of changes: perturbed minus unperturbed, trial by trial.

    Stimuli whose current flows into a group itself are 0 in both. Two different
    trials share no noise, so products of their changes are free of it.
    """
    reference = compared.prepared.reference
    counted = _counted(reference)
    spiking, model = (
        TrialProducts(_changes(own.trials_hz, reference, counted), own.weights)
        for own in (compared.without_one.spiking, compared.without_one.model)
    )
    return Comparison(spiking, model, compared.comparison.ceiling)


def _changes(
    trials_hz: FloatArray, reference: Reference, counted: BoolArray
) -> FloatArray:
    """Return changes in merged bins, ``(n_groups, n_trials, n_perturbed * ...)``."""
    n_groups, n_trials, _ = trials_hz.shape
    by_stimulus = trials_hz.reshape(n_groups, n_trials, reference.n_stimuli, -1)
    change = (
        by_stimulus[:, :, _perturbed(reference)]
        - by_stimulus[:, :, [_unperturbed(reference)]]
    )
    change = change * counted[:, None, :, None]
    merged = max(
        m
        for m in range(1, reference.n_bins + 1)
        if reference.n_bins % m == 0 and (m == 1 or m * reference.bin_ms <= MERGED_MS)
    )
    change = change.reshape(n_groups, n_trials, -1, merged).mean(axis=-1)
    return np.ascontiguousarray(change)


def _perturbed(reference: Reference) -> list[int]:
    return [k for k, info in enumerate(reference.stimuli) if info.injected]


def _unperturbed(reference: Reference) -> int:
    return next(k for k, info in enumerate(reference.stimuli) if not info.injected)


def _counted(reference: Reference) -> BoolArray:
    """Say whose current flows elsewhere, ``(n_groups, n_perturbed)``."""
    into = np.array(
        [
            [name in reference.stimuli[k].injected for name in POPULATIONS]
            for k in _perturbed(reference)
        ]
    )
    touched: BoolArray = (reference.group_weights > 0.0) @ into.T
    return ~touched


def _unperturbed_hz(compared: Compared) -> FloatArray:
    """Return the spiking mean rate without a current, Hz, ``(n_rows, n_groups)``."""
    reference, spiking = compared.prepared.reference, compared.without_one.spiking
    bins = reference.bins_of(_unperturbed(reference))
    mean = spiking.trials_hz[:, :, bins].mean(axis=2)
    result: FloatArray = spiking.weights @ mean.T / spiking.n_trials
    return result
