"""Selectivity of single cells for the direction of gratings."""

from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field

from bridge.arrays import BoolArray, FloatArray
from bridge.certificate.scores import MeasureResult
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
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure
from validation.measuring.prepared import PreparedReference
from validation.responses.reference import Reference
from validation.statistics.cell_rates import compute_similarity
from validation.statistics.count_noise import MIN_DRAWN_CELLS, draw_counts
from validation.statistics.numbers import Numbers, known
from validation.statistics.selectivity import (
    Selectivity,
    compute_preferred_match,
    compute_selectivity,
)

FEWEST_DIRECTIONS = 4
"""Different directions below which no selectivity is computed."""

INDICES = ("osi", "dsi")

_SEED = (
    "where two seeds of the spiking model agree less than asked for, distance to what "
    "they reach"
)
_SPACING = "half of the spacing of the eight directions"


class TuningLimits(Limits):
    """What is asked of selectivity for direction and orientation."""

    similarity: Annotated[Threshold[Fraction], LARGER_IS_HARDER]
    similarity_below_seed: Annotated[Threshold[Fraction], SMALLER_IS_HARDER]
    preferred_deg: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    preferred_fraction: Annotated[Threshold[Fraction], LARGER_IS_HARDER]


class TuningResult(MeasureResult):
    """1 - KS of the orientation selectivity of cells.

    Attributes
    ----------
    dsi_similarity
        1 - KS of the direction selectivity.
    preferred_fraction
        Share of selective cells whose preferred direction matches.
    seed
        What another spiking sample reaches: ``osi_similarity``, ``dsi_similarity``,
        ``preferred_fraction``.
    """

    dsi_similarity: float | None = None
    preferred_fraction: float | None = None
    seed: Numbers = Field(default={})


class Tuning(Measure[TuningLimits, TuningResult]):
    """Distribution of the selectivity indices, and match of preferred directions."""

    name = "tuning"
    section = "tuning"
    limits = by_tier(
        TuningLimits,
        lenient={
            "similarity": (
                0.75,
                "the two distributions nowhere differ by more than a quarter of the "
                "cells",
            ),
            "similarity_below_seed": (0.15, _SEED),
            "preferred_deg": (22.5, _SPACING),
            "preferred_fraction": (
                0.75,
                "three of four cells keep their preferred direction",
            ),
        },
        default={
            "similarity": (
                0.85,
                "the two distributions nowhere differ by more than 15 % of the cells",
            ),
            "similarity_below_seed": (0.05, _SEED),
            "preferred_deg": (22.5, _SPACING),
            "preferred_fraction": (
                0.90,
                "nine of ten selective cells keep their preferred direction",
            ),
        },
        strict={
            "similarity": (
                0.90,
                "the two distributions nowhere differ by more than a tenth of the "
                "cells",
            ),
            "similarity_below_seed": (0.03, _SEED),
            "preferred_deg": (22.5, _SPACING),
            "preferred_fraction": (
                0.95,
                "19 of 20 selective cells keep their preferred direction",
            ),
        },
    )
    columns = (
        Column("value", "OSI", "1 - KS of orientation selectivity"),
        Column("dsi_similarity", "DSI", "1 - KS of direction selectivity"),
        Column(
            "preferred_fraction", "pref.", "cells with matching preferred direction"
        ),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[TuningResult]:
        """Return the measure of every group; empty without enough directions."""
        prepared, model = compared.prepared, compared.model
        reference, limits = prepared.reference, prepared.criteria.evaluable
        gratings = _grating_stimuli(reference)
        if not gratings:
            return [TuningResult() for _ in range(compared.n_groups)]
        seeds = prepared.once.get(self.name, lambda: self._seed_scores(prepared))
        spiking_hz = reference.neuron_rates_hz.mean(axis=(0, 2))
        spiking = _selectivity(reference, spiking_hz)
        rates = np.where(np.isfinite(model.neuron_rates_hz), model.neuron_rates_hz, 0.0)
        own = _selectivity(reference, rates)
        mean = spiking_hz[gratings].mean(axis=0)
        recorded_s = reference.duration_s * reference.n_trials
        results = []
        for member, seed in zip(reference.group_members, seeds, strict=True):
            active = member & (mean > limits.neuron_rate_hz.value)
            if active.sum() < limits.min_tuned_neurons.value:
                results.append(TuningResult(seed=seed))
                continue
            seen = [rates[:, active]]
            if model.trials_hz is None:
                n_draws = -(-MIN_DRAWN_CELLS // (8 * int(active.sum())))
                seen = list(draw_counts(rates[:, active], recorded_s, n_draws, rng))
            tuned = [_selectivity(reference, drawn) for drawn in seen]
            numbers = _similarities(tuned, [_of_cells(spiking, active)])
            selected = active & (spiking.osi > limits.selective_osi.value)
            numbers |= self._preferred(prepared, own, spiking, selected)
            results.append(
                TuningResult(
                    value=numbers["osi_similarity"],
                    dsi_similarity=numbers["dsi_similarity"],
                    preferred_fraction=numbers.get("preferred_fraction"),
                    seed=seed,
                )
            )
        return results

    def decide(self, result: TuningResult, asked: Asked[TuningLimits]) -> Decision:
        """Judge selectivity; what two seeds do not reach is not asked for."""
        limits = asked.limits
        below = limits.similarity_below_seed.value
        pairs = (
            (result.value, "osi_similarity", limits.similarity.value),
            (result.dsi_similarity, "dsi_similarity", limits.similarity.value),
            (
                result.preferred_fraction,
                "preferred_fraction",
                limits.preferred_fraction.value,
            ),
        )
        judged = [
            value >= min(threshold, (result.seed.get(name) or 0.0) - below)
            for value, name, threshold in pairs
            if value is not None
        ]
        return pass_if(all(judged)) if judged else "inconclusive"

    def describe(self, result: TuningResult, asked: Asked[TuningLimits]) -> str:
        """Say how far the tuning differs."""
        parts = (
            ("OSI similarity", result.value),
            ("DSI similarity", result.dsi_similarity),
            ("preferred directions that match", result.preferred_fraction),
        )
        shown = ", ".join(f"{what} {v:.2f}" for what, v in parts if v is not None)
        return f"direction tuning differs ({shown})"

    def _preferred(
        self,
        prepared: PreparedReference,
        own: Selectivity,
        spiking: Selectivity,
        selected: BoolArray,
    ) -> Numbers:
        if selected.sum() < prepared.criteria.evaluable.min_neurons.value:
            return {}
        degrees = self.asked(prepared.criteria, "default").limits.preferred_deg.value
        match = compute_preferred_match(own, spiking, selected, degrees)
        return {"preferred_fraction": known(match)}

    def _seed_scores(self, prepared: PreparedReference) -> tuple[Numbers, ...]:
        """Return what one spiking sample scores against another, per group."""
        reference, limits = prepared.reference, prepared.criteria.evaluable
        first, second = reference.neuron_samples()
        tuned = _selectivity(reference, first), _selectivity(reference, second)
        mean = first.mean(axis=0)
        scores: list[Numbers] = []
        for member in reference.group_members:
            if member.sum() < limits.min_neurons.value:
                scores.append({})
                continue
            active = member & (mean > limits.neuron_rate_hz.value)
            numbers: Numbers = {}
            if active.sum() >= limits.min_tuned_neurons.value:
                numbers = _similarities(
                    [_of_cells(tuned[0], active)], [_of_cells(tuned[1], active)]
                )
            selected = active & (tuned[0].osi > limits.selective_osi.value)
            numbers |= self._preferred(prepared, tuned[1], tuned[0], selected)
            scores.append(numbers)
        return tuple(scores)


def _similarities(
    model: Sequence[Selectivity], spiking: Sequence[Selectivity]
) -> Numbers:
    """Return 1 - KS of both indices, samples of each side taken together."""
    return {
        f"{index}_similarity": known(
            compute_similarity(
                np.concatenate([getattr(sample, index) for sample in model]),
                np.concatenate([getattr(sample, index) for sample in spiking]),
            )
        )
        for index in INDICES
    }


def _of_cells(selectivity: Selectivity, chosen: BoolArray) -> Selectivity:
    return Selectivity(
        selectivity.osi[chosen],
        selectivity.dsi[chosen],
        selectivity.preferred_deg[chosen],
    )


def _grating_stimuli(reference: Reference) -> list[int]:
    """Return the moving gratings; none where there are too few directions."""
    moving = [
        i
        for i, s in enumerate(reference.stimuli)
        if s.kind == "grating" and s.direction_deg is not None
    ]
    different = {reference.stimuli[i].direction_deg for i in moving}
    return moving if len(different) >= FEWEST_DIRECTIONS else []


def _selectivity(reference: Reference, rates_hz: FloatArray) -> Selectivity:
    moving = _grating_stimuli(reference)
    angles = [float(reference.stimuli[i].direction_deg or 0.0) for i in moving]
    return compute_selectivity(rates_hz[moving], np.array(angles))
