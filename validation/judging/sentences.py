"""Sentences that say what a model misses, and by how much."""

from bridge.certificate.scores import PopulationScore
from validation.criteria.criteria import Criteria
from validation.criteria.decision import Decision
from validation.judging.evaluable import is_rate_close
from validation.measures.frequency_response import compute_bandwidth


def _span(interval: tuple[float, float] | None, scale: float = 1.0) -> str:
    if interval is None:
        return "unknown"
    return f"{interval[0] * scale:.2f} to {interval[1] * scale:.2f}"


def describe_failures(
    name: str,
    score: PopulationScore,
    criteria: Criteria,
    decisions: dict[str, Decision],
) -> list[str]:
    """Return one sentence per verdict measure that misses the default tier."""
    limits = criteria.tiers["default"]
    percent = f"{100 * criteria.statistics.confidence.value:g} %"
    sentences = []
    if decisions["mean_rate"] == "fail":
        sentences.append(_rate_failure(name, score, criteria))
    if decisions["r_over_ceiling"] == "fail":
        sentences.append(
            f"{name}: correlation over ceiling {score.r_over_ceiling or 0.0:.2f} "
            f"({percent} interval {_span(score.r_over_ceiling_interval)}) is below "
            f"{limits.time_course.r_over_ceiling.value:.2f}"
        )
    if decisions["explained_variance"] == "fail":
        threshold = limits.time_course.explained_variance.value
        value = score.explained_variance
        span = _span(score.explained_variance_interval)
        if value is not None and value >= threshold:
            sentences.append(
                f"{name}: explained variance {value:.2f} is enough, but its "
                f"{percent} interval {span} reaches below {threshold:.2f}"
            )
        else:
            shown = "unknown" if value is None else f"{value:.2f}"
            sentences.append(
                f"{name}: explained variance {shown} ({percent} interval {span}) "
                f"is below {threshold:.2f}"
            )
    if decisions["nrmse"] == "fail":
        shown = "unknown" if score.nrmse is None else f"{score.nrmse:.2f}"
        sentences.append(
            f"{name}: error of the time course {shown} of the mean rate "
            f"({percent} interval {_span(score.nrmse_interval)}) is above "
            f"{limits.time_course.nrmse.value:.2f}"
        )
    return sentences


def _rate_failure(name: str, score: PopulationScore, criteria: Criteria) -> str:
    limits = criteria.tiers["default"].mean_rate
    error = 100.0 * (score.rate_error or 0.0)
    side = "above" if error > 0.0 else "below"
    rates = (
        f"mean rate {score.rate_model_hz or 0.0:.2f} Hz is {abs(error):.0f} % {side} "
        f"the spiking {score.rate_spiking_hz:.2f} Hz"
    )
    percent = f"{100 * (1 - 2 * criteria.statistics.equivalence_alpha.value):g} %"
    span = score.rate_error_interval
    shown = "unknown" if span is None else f"{100 * span[0]:.0f} to {100 * span[1]:.0f}"
    interval = f"{percent} interval {shown} %"
    if not is_rate_close(score, criteria.tiers["default"]):
        return (
            f"{name}: {rates} ({interval}); {100 * limits.relative_error.value:g} % "
            f"or {limits.absolute_error_hz.value:g} Hz is allowed"
        )
    margin = 100 * limits.equivalence_margin.value
    p = score.equivalence_p.get("default", 1.0)
    return (
        f"{name}: {rates}, and with {interval} it is not shown to lie within "
        f"{margin:g} % (Holm-corrected p = {p:.2g})"
    )


def describe_notes(
    name: str,
    score: PopulationScore,
    criteria: Criteria,
    decisions: dict[str, Decision],
) -> list[str]:
    """Return one sentence per other measure that misses the default tier."""
    limits = criteria.tiers["default"]
    sentences = []
    if decisions["lag"] == "fail" and score.lag_ms is not None:
        side = "late" if score.lag_ms > 0.0 else "early"
        sentences.append(
            f"{name}: the model is {abs(score.lag_ms):.1f} ms {side}; "
            f"{limits.latency.lag_ms.value:g} ms is allowed"
        )
    if decisions["onset"] == "fail" and score.onset_difference_ms is not None:
        side = "later" if score.onset_difference_ms > 0.0 else "earlier"
        sentences.append(
            f"{name}: the response to an onset starts "
            f"{abs(score.onset_difference_ms):.1f} ms {side}; "
            f"{limits.latency.onset_ms.value:g} ms is allowed"
        )
    if decisions["peak"] == "fail" and score.peak_ratio is not None:
        sentences.append(
            f"{name}: the peak after an onset is {score.peak_ratio:.2f} times the "
            f"spiking one; {limits.latency.peak_ratio_low.value:g} to "
            f"{limits.latency.peak_ratio_high.value:g} is allowed"
        )
    if decisions["frequency_response"] == "fail":
        band = compute_bandwidth(score.frequencies, limits.frequency_response)
        where = f"follow only up to {band:g} Hz" if band else "do not follow"
        sentences.append(f"{name}: gain and phase {where}")
    if decisions["neuron_rates"] == "fail":
        sentences.append(
            f"{name}: rates of single cells differ (r {score.neuron_r or 0.0:.2f}, "
            f"median error {100 * (score.neuron_median_error or 0.0):.0f} %, "
            f"similarity {score.neuron_similarity or 0.0:.2f})"
        )
    if decisions["tuning"] == "fail":
        parts = (
            ("OSI similarity", score.osi_similarity),
            ("DSI similarity", score.dsi_similarity),
            ("preferred directions that match", score.preferred_fraction),
        )
        shown = ", ".join(f"{what} {v:.2f}" for what, v in parts if v is not None)
        sentences.append(f"{name}: direction tuning differs ({shown})")
    return sentences


def describe_regime(name: str, score: PopulationScore, criteria: Criteria) -> list[str]:
    """Say where a spiking population leaves the regime of rate models."""
    limits = criteria.regime
    checks = (
        ("synchrony", limits.max_synchrony.value, True, "cells fire together"),
        ("isi_cv", limits.min_isi_cv.value, False, "cells fire regularly"),
        ("silent_fraction", limits.max_silent_fraction.value, True, "cells are silent"),
    )
    sentences = []
    for key, limit, is_upper, what in checks:
        value = score.regime.get(key)
        if value is None:
            continue
        if (value > limit) if is_upper else (value < limit):
            label = key.replace("_", " ").replace("isi cv", "CV of intervals")
            relation = "above" if is_upper else "below"
            sentences.append(
                f"{name}: out of regime, {what} ({label} {value:.2f}, "
                f"{relation} {limit:g})"
            )
    return sentences


def describe_time_scales(
    populations: dict[str, PopulationScore], criteria: Criteria
) -> tuple[str, ...]:
    """Say where synapses are too slow for theory-based transfer functions."""
    ratios = [
        ratio
        for score in populations.values()
        if (ratio := score.regime.get("time_scale_ratio")) is not None
    ]
    limit = criteria.regime.max_time_scale_ratio.value
    beyond = [ratio for ratio in ratios if ratio > limit]
    if not beyond:
        return ()
    return (
        f"sqrt(tau_s / tau_m) is above {limit:g} in {len(beyond)} of {len(ratios)} "
        f"populations (largest {max(beyond):.2f}): transfer functions from Siegert "
        "theory do not hold there, measured ones do",
    )
