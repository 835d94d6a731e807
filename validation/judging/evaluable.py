"""Which measures of a population reach a tier."""

from bridge.certificate.scores import PopulationScore, Tier
from validation.criteria.criteria import Criteria, TierCriteria
from validation.criteria.decision import Decision, decide
from validation.measures.frequency_response import decide_bandwidth

VERDICT_MEASURES = ("mean_rate", "r_over_ceiling", "explained_variance", "nrmse")
"""Measures that decide a verdict; the others are notes."""


def why_inconclusive(score: PopulationScore, criteria: Criteria) -> str | None:
    """Say why the spiking data cannot judge a model, or return ``None``."""
    limits = criteria.evaluable
    rate = score.rate_spiking_hz
    if rate < limits.min_rate_hz.value:
        return f"it fires {rate:.2g} Hz, below {limits.min_rate_hz.value:g} Hz"
    half = score.half_correlation or 0.0
    if half < limits.min_half_correlation.value:
        return (
            f"halves of its trials correlate by {half:.2f}, "
            f"below {limits.min_half_correlation.value:g}"
        )
    ceiling = score.ceiling or 0.0
    if ceiling < limits.min_ceiling.value:
        return f"its noise ceiling is {ceiling:.2f}, below {limits.min_ceiling.value:g}"
    floor, asked = score.nrmse_floor, criteria.tiers["default"].time_course.nrmse.value
    if floor is not None and floor > asked:
        return (
            f"with its noise even a perfect model may show a time-course error of "
            f"{floor:.2f}, above {asked:.2f}"
        )
    return None


def _pass_if(condition: bool) -> Decision:
    return "pass" if condition else "fail"


def decide_measures(
    score: PopulationScore, criteria: Criteria, tier: Tier
) -> dict[str, Decision]:
    """Judge every measure of a population by one tier."""
    limits = criteria.tiers[tier]
    course = limits.time_course
    explained = score.explained_variance_interval
    timing = limits.latency
    return {
        "mean_rate": _pass_if(
            is_rate_close(score, limits) and _is_rate_equivalent(score, criteria, tier)
        ),
        "r_over_ceiling": _pass_if(
            score.r_over_ceiling is not None
            and score.r_over_ceiling >= course.r_over_ceiling.value
        ),
        "explained_variance": _pass_if(
            explained is not None and explained[0] >= course.explained_variance.value
        ),
        "nrmse": _pass_if(
            score.nrmse is not None and score.nrmse <= course.nrmse.value
        ),
        "lag": decide(
            score.lag_ms,
            score.lag_interval_ms,
            -timing.lag_ms.value,
            timing.lag_ms.value,
        ),
        "onset": decide(
            score.onset_difference_ms,
            score.onset_interval_ms,
            -timing.onset_ms.value,
            timing.onset_ms.value,
        ),
        "peak": decide(
            score.peak_ratio,
            score.peak_ratio_interval,
            timing.peak_ratio_low.value,
            timing.peak_ratio_high.value,
        ),
        "frequency_response": decide_bandwidth(
            score.frequencies, limits.frequency_response
        ),
        "neuron_rates": _decide_neurons(score, limits),
        "tuning": _decide_tuning(score, limits),
    }


def is_rate_close(score: PopulationScore, limits: TierCriteria) -> bool:
    """Whether the estimate of the mean rate is close enough."""
    if score.rate_error is None or score.rate_model_hz is None:
        return False
    difference = abs(score.rate_model_hz - score.rate_spiking_hz)
    return (
        abs(score.rate_error) <= limits.mean_rate.relative_error.value
        or difference <= limits.mean_rate.absolute_error_hz.value
    )


def _is_rate_equivalent(score: PopulationScore, criteria: Criteria, tier: Tier) -> bool:
    interval = score.rate_error_interval
    margin = criteria.tiers[tier].mean_rate.equivalence_margin.value
    p = score.equivalence_p.get(tier, 1.0)
    return (
        interval is not None
        and -margin <= interval[0]
        and interval[1] <= margin
        and p <= criteria.statistics.equivalence_alpha.value
    )


def _decide_neurons(score: PopulationScore, limits: TierCriteria) -> Decision:
    """Judge single-cell rates; what two seeds do not reach is not asked for."""
    asked = limits.per_neuron
    r, error = score.neuron_r, score.neuron_median_error
    similarity, seed = score.neuron_similarity, score.seed.get("neuron_similarity")
    if r is None or similarity is None or seed is None:
        return "inconclusive"
    return _pass_if(
        r >= asked.rate_correlation.value
        and (error is None or error <= asked.median_error.value)
        and similarity >= min(asked.similarity.value, seed)
        and similarity >= seed - asked.similarity_below_seed.value
    )


def _decide_tuning(score: PopulationScore, limits: TierCriteria) -> Decision:
    """Judge selectivity; what two seeds do not reach is not asked for."""
    asked = limits.tuning
    below = asked.similarity_below_seed.value
    pairs = [
        (score.osi_similarity, "osi_similarity", asked.similarity.value),
        (score.dsi_similarity, "dsi_similarity", asked.similarity.value),
        (
            score.preferred_fraction,
            "preferred_fraction",
            asked.preferred_fraction.value,
        ),
    ]
    judged = [
        value >= min(threshold, (score.seed.get(name) or 0.0) - below)
        for value, name, threshold in pairs
        if value is not None
    ]
    return _pass_if(all(judged)) if judged else "inconclusive"
