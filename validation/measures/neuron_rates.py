"""Mean rates of single cells, judged against what another spiking sample reaches."""

from typing import Annotated

import numpy as np
from pydantic import Field

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
from validation.statistics.cell_rates import (
    compute_correlation,
    compute_median_error,
    compute_reliability,
    compute_similarity,
    correct_median_error,
)
from validation.statistics.count_noise import MIN_DRAWN_CELLS, draw_counts
from validation.statistics.numbers import Numbers, known

_SEED = "distance to what two seeds of the spiking model reach"


class NeuronLimits(Limits):
    """What is asked of single cells."""

    rate_correlation: Annotated[Threshold[Fraction], LARGER_IS_HARDER]
    median_error: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    similarity: Annotated[Threshold[Fraction], LARGER_IS_HARDER]
    similarity_below_seed: Annotated[Threshold[Fraction], SMALLER_IS_HARDER]


class NeuronResult(MeasureResult):
    """Correlation over cells with the spiking rates, corrected for count noise.

    Attributes
    ----------
    raw
        The correlation without correction.
    median_error, median_error_raw
        Median relative error of a cell, corrected and not.
    similarity
        1 - KS of the distribution of rates.
    seed
        What another spiking sample reaches: ``r``, ``median_error``, ``similarity``.
    """

    raw: float | None = None
    median_error: float | None = None
    median_error_raw: float | None = None
    similarity: float | None = None
    seed: Numbers = Field(default={})


class NeuronRates(Measure[NeuronLimits, NeuronResult]):
    """Correlation, median error and distribution of the cells' mean rates."""

    name = "neuron_rates"
    section = "per_neuron"
    limits = by_tier(
        NeuronLimits,
        lenient={
            "rate_correlation": (0.90, "80 % of the variance between cells"),
            "median_error": (
                0.40,
                "the order of a cell's rate is right; nearly half of it may be wrong",
            ),
            "similarity": (
                0.80,
                "the two distributions nowhere differ by more than a fifth of the "
                "cells",
            ),
            "similarity_below_seed": (0.15, _SEED),
        },
        default={
            "rate_correlation": (0.95, "90 % of the variance between cells"),
            "median_error": (
                0.25,
                "half of the cells within a quarter of their rate",
            ),
            "similarity": (
                0.90,
                "the two distributions nowhere differ by more than a tenth of the "
                "cells",
            ),
            "similarity_below_seed": (0.05, _SEED),
        },
        strict={
            "rate_correlation": (0.98, "96 % of the variance between cells"),
            "median_error": (
                0.15,
                "half of the cells within a seventh of their rate",
            ),
            "similarity": (
                0.95,
                "the two distributions nowhere differ by more than a twentieth of the "
                "cells",
            ),
            "similarity_below_seed": (0.03, _SEED),
        },
    )
    columns = (
        Column("value", "cells r", "correlation of single cells' mean rates"),
        Column(
            "median_error",
            "cells err",
            "median relative error of a cell",
            is_percent=True,
        ),
        Column("similarity", "cells 1-KS", "distribution of the cells' rates"),
    )

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[NeuronResult]:
        """Return the measure of every group with enough cells."""
        prepared = compared.prepared
        seeds = prepared.once.get(self.name, lambda: _seed_scores(prepared))
        return [
            self._measure(compared, group, seed, rng)
            for group, seed in enumerate(seeds)
        ]

    def _measure(
        self, compared: Compared, group: int, seed: Numbers, rng: np.random.Generator
    ) -> NeuronResult:
        prepared, model = compared.prepared, compared.model
        reference, limits = prepared.reference, prepared.criteria.evaluable
        spiking = reference.neuron_rates_hz.mean(axis=(0, 1, 2))
        rates = model.neuron_rates_hz.mean(axis=0)
        n_samples = prepared.n_neuron_samples
        recorded_s = reference.duration_s * reference.n_stimuli * reference.n_trials
        member = reference.group_members[group]
        if member.sum() < limits.min_neurons.value:
            return NeuronResult(seed=seed)
        if not np.isfinite(rates[member]).all():
            return NeuronResult(seed=seed)
        a, b = rates[member], spiking[member]
        raw_r = compute_correlation(a, b)
        raw_error = compute_median_error(a, b, limits.neuron_rate_hz.value)
        seed_r, seed_error = seed.get("r"), seed.get("median_error")
        reliability = compute_reliability(seed_r or 0.0, n_samples)
        n_own = np.inf
        if model.trials_hz is not None:
            n_own = len(model.trials_hz) / prepared.trials_per_sample
            reliability *= compute_reliability(seed_r or 0.0, n_own)
        r, error = None, None
        if reliability > 0.0:
            r = known(raw_r / np.sqrt(reliability))
        if seed_error is not None:
            n_both = 1.0 / (1.0 / n_samples + 1.0 / n_own)
            error = known(correct_median_error(raw_error, seed_error, n_both))
        if model.trials_hz is None:
            n_draws = -(-MIN_DRAWN_CELLS // a.size)
            a = draw_counts(a, recorded_s, n_draws, rng).ravel()
        return NeuronResult(
            value=r,
            raw=known(raw_r),
            median_error=error,
            median_error_raw=known(raw_error),
            # Counts divided by a time differ in the last digit from rates averaged
            # over trials; ties must be ties.
            similarity=compute_similarity(
                np.round(a * recorded_s), np.round(b * recorded_s)
            ),
            seed=seed,
        )

    def decide(self, result: NeuronResult, asked: Asked[NeuronLimits]) -> Decision:
        """Judge single cells; what two seeds do not reach is not asked for."""
        limits = asked.limits
        r, error = result.value, result.median_error
        similarity, seed = result.similarity, result.seed.get("similarity")
        if r is None or similarity is None or seed is None:
            return "inconclusive"
        return pass_if(
            r >= limits.rate_correlation.value
            and (error is None or error <= limits.median_error.value)
            and similarity >= min(limits.similarity.value, seed)
            and similarity >= seed - limits.similarity_below_seed.value
        )

    def describe(self, result: NeuronResult, asked: Asked[NeuronLimits]) -> str:
        """Say how far cells differ."""
        return (
            f"rates of single cells differ (r {result.value or 0.0:.2f}, "
            f"median error {100 * (result.median_error or 0.0):.0f} %, "
            f"similarity {result.similarity or 0.0:.2f})"
        )


def _seed_scores(prepared: PreparedReference) -> tuple[Numbers, ...]:
    """Return what one spiking sample scores against another, per group."""
    reference, limits = prepared.reference, prepared.criteria.evaluable
    first, second = (rates.mean(axis=0) for rates in reference.neuron_samples())
    scores: list[Numbers] = []
    for member in reference.group_members:
        if member.sum() < limits.min_neurons.value:
            scores.append({})
            continue
        a, b = first[member], second[member]
        error = compute_median_error(a, b, limits.neuron_rate_hz.value)
        scores.append(
            {
                "r": known(compute_correlation(a, b)),
                "median_error": known(error),
                "similarity": known(compute_similarity(a, b)),
            }
        )
    return tuple(scores)
