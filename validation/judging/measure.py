"""All measures of one model, before anything is judged."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from bridge.arrays import BoolArray, FloatArray
from bridge.certificate.scores import FrequencyPoint, Interval, PopulationScore
from validation.count_noise import draw_counts
from validation.measures.frequency_response import (
    compare_amplitudes,
    compute_amplitudes,
)
from validation.measures.latency import compute_lag, compute_onset
from validation.measures.mean_rate import compute_equivalence_p, compute_rate_error
from validation.measures.shared import (
    PreparedReference,
    direction_rates,
    known,
    model_products,
    model_selectivity,
)
from validation.measures.single_cells import (
    compute_correlation,
    compute_median_error,
    compute_reliability,
    compute_similarity,
    correct_median_error,
)
from validation.measures.time_course import compute_time_course
from validation.measures.trial_products import draw_weights
from validation.measures.tuning import compute_preferred_match
from validation.responses.model_rates import ModelRates

Values = dict[str, Any]

Z_95 = 1.645
"""One-sided 95 % quantile of the normal distribution."""

MIN_DRAWN_CELLS = 10_000
"""Cells drawn to see a model's distribution through count noise."""


@dataclass(frozen=True)
class Measured:
    """Measures of one model.

    Attributes
    ----------
    scores
        Per group, without verdict.
    equivalence_p
        P-values of the equivalence test by tier, before Holm's correction,
        each ``(n_groups,)``.
    is_finite
        Whether all rates of a group are numbers, ``(n_groups,)``.
    """

    scores: tuple[PopulationScore, ...]
    equivalence_p: dict[str, FloatArray]
    is_finite: BoolArray


def interval_of(samples: FloatArray, confidence: float) -> Interval | None:
    """Percentile interval of bootstrap samples; ``None`` if some are undefined.

    Up to one in twenty samples may be undefined (a latency of a resample without
    a peak, say).
    """
    finite = samples[np.isfinite(samples)]
    if finite.size < 0.95 * samples.size or finite.size == 0:
        return None
    tail = 0.5 * (1.0 - confidence)
    low, high = np.quantile(finite, [tail, 1.0 - tail])
    return float(low), float(high)


def measure_model(
    prepared: PreparedReference, model: ModelRates, rng: np.random.Generator
) -> Measured:
    """Compute every measure of ``model`` for every group.

    Parameters
    ----------
    prepared
        The reference.
    model
        Rates of the model.
    rng
        Source of randomness (count noise; resampling of a model with trials).

    Raises
    ------
    InputError
        If the model's arrays do not have the reference's shape.
    """
    reference = prepared.reference
    model.check_against(reference)
    spiking = prepared.spiking
    n_rows = len(spiking.weights)
    if model.trials_hz is None:
        weights = np.ones((n_rows, 1))
    else:
        weights = draw_weights(len(model.trials_hz), n_rows - 1, rng)
    trials = model.group_trials(reference)
    finite = np.isfinite(trials.reshape(len(trials), -1))
    is_finite: BoolArray = np.logical_and.reduce(finite, axis=1)
    products = model_products(reference, model, weights)

    values: list[Values] = [{} for _ in reference.group_names]
    settings = prepared.criteria.statistics
    confidence = settings.confidence.value
    error = compute_rate_error(products.rate_hz, spiking.rate_hz)
    course = compute_time_course(spiking, products, prepared.ceiling)
    rate_confidence = 1.0 - 2.0 * settings.equivalence_alpha.value
    # A perfect model with trials of its own adds the noise of their mean.
    own = 0.0 if products.n_trials == 1 else spiking.n_trials / products.n_trials
    floor = np.sqrt(Z_95 * (1.0 + own) * spiking.chance_error)
    signal = np.sqrt(np.maximum(spiking.signal_variance[0], 0.0))
    for g, value in enumerate(values):
        value["n_cells"] = int(reference.group_members[g].sum())
        rate = float(spiking.rate_hz[0, g])
        value["rate_spiking_hz"] = rate
        value["rate_model_hz"] = float(products.rate_hz[0, g]) if is_finite[g] else None
        value["half_correlation"] = known(prepared.half_correlation[g])
        value["ceiling"] = known(prepared.ceiling[g])
        value["nrmse_floor"] = known(floor[g] / rate) if rate > 0.0 else None
        value["modulation"] = known(signal[g] / rate) if rate > 0.0 else None
        value["regime"] = prepared.regime[g]
        value["anchors"] = prepared.anchors[g]
        value["seed"] = prepared.seed[g]
        if not is_finite[g]:
            continue
        value["rate_error"] = known(error[0, g])
        value["rate_error_interval"] = interval_of(error[1:, g], rate_confidence)
        for name in ("r_over_ceiling", "explained_variance", "nrmse"):
            samples = getattr(course, name)[:, g]
            value[name] = known(samples[0])
            value[f"{name}_interval"] = interval_of(samples[1:], confidence)

    psth = products.psth_hz
    _add_lag(prepared, psth, values)
    _add_onset(prepared, products.trials_hz, weights, values)
    _add_frequencies(prepared, products.trials_hz, values)
    _add_neurons(prepared, model, rng, values)
    _add_tuning(prepared, model, rng, values)
    tiers = prepared.criteria.tiers
    return Measured(
        scores=tuple(
            PopulationScore(verdict="inconclusive", **_only(value, finite))
            for value, finite in zip(values, is_finite, strict=True)
        ),
        equivalence_p={
            tier: compute_equivalence_p(
                np.where(is_finite[:, None], products.mean_hz, np.nan),
                spiking.mean_hz,
                tiers[tier].mean_rate.equivalence_margin.value,
            )
            for tier in ("lenient", "default", "strict")
        },
        is_finite=is_finite,
    )


_OF_SPIKING = (
    "n_cells",
    "rate_spiking_hz",
    "rate_model_hz",
    "half_correlation",
    "ceiling",
    "nrmse_floor",
    "modulation",
    "regime",
    "anchors",
    "seed",
)


def _only(value: Values, is_finite: bool) -> Values:
    """Drop what was measured on rates that are not numbers."""
    return value if is_finite else {k: v for k, v in value.items() if k in _OF_SPIKING}


def _add_lag(
    prepared: PreparedReference, psth: FloatArray, values: list[Values]
) -> None:
    reference = prepared.reference
    chosen = [i for i, s in enumerate(reference.stimuli) if s.kind == "broadband"]
    # Without a broadband stimulus all of them have to do.
    chosen = chosen or list(range(reference.n_stimuli))
    if reference.n_bins < 8:
        return
    lag = compute_lag(
        [prepared.spiking.trials_hz[:, :, reference.bins_of(i)] for i in chosen],
        [psth[:, reference.bins_of(i)] for i in chosen],
        prepared.spiking.weights,
        reference.bin_ms,
    )
    confidence = prepared.criteria.statistics.confidence.value
    for g, value in enumerate(values):
        value["lag_ms"] = known(lag[0, g])
        value["lag_interval_ms"] = interval_of(lag[1:, g], confidence)


def _add_onset(
    prepared: PreparedReference,
    model_trials: FloatArray,
    model_weights: FloatArray,
    values: list[Values],
) -> None:
    """Onset latency and peak, averaged over the onsets with a clear response."""
    reference = prepared.reference
    # A maximum is raised by about its noise: keep that below a tenth of it.
    clear = 10.0
    differences: list[list[FloatArray]] = [[] for _ in values]
    ratios: list[list[FloatArray]] = [[] for _ in values]
    for index, info in enumerate(reference.stimuli):
        if info.kind not in ("flash", "step"):
            continue
        bins = reference.bins_of(index)
        trials = prepared.spiking.trials_hz[:, :, bins]
        # Noise grows with the rate: that of the noisiest bin is the peak's.
        noise = np.sqrt(trials.var(axis=1, ddof=1).max(axis=1) / trials.shape[1])
        w = prepared.spiking.weights / prepared.spiking.n_trials
        v = model_weights / model_weights.shape[1]
        spiking = w @ trials
        model = v @ model_trials[:, :, bins]
        for onset in info.onset_ms:
            where = (onset, reference.bin_ms, reference.drop_ms)
            latency, peak = compute_onset(spiking, *where)
            model_latency, model_peak = compute_onset(model, *where)
            for g in range(len(values)):
                if not peak[g, 0] > clear * noise[g]:
                    continue
                differences[g].append(model_latency[g] - latency[g])
                ratios[g].append(
                    np.where(np.isfinite(model_peak[g]), model_peak[g], 0.0) / peak[g]
                )
    confidence = prepared.criteria.statistics.confidence.value
    for g, value in enumerate(values):
        if ratios[g]:
            difference = np.mean(differences[g], axis=0)
            ratio = np.mean(ratios[g], axis=0)
            value["onset_difference_ms"] = known(difference[0])
            value["onset_interval_ms"] = interval_of(difference[1:], confidence)
            value["peak_ratio"] = known(ratio[0])
            value["peak_ratio_interval"] = interval_of(ratio[1:], confidence)


def _add_frequencies(
    prepared: PreparedReference, model_trials: FloatArray, values: list[Values]
) -> None:
    reference = prepared.reference
    points: list[list[FrequencyPoint]] = [[] for _ in values]
    for band in prepared.bands:
        rates = model_trials[:, :, reference.bins_of(band.stimulus)][:, :, band.bins]
        amplitudes = compute_amplitudes(
            rates, band.frequencies_hz, reference.bin_ms, band.start_ms
        )
        for g in range(len(values)):
            for k, frequency in enumerate(band.frequencies_hz):
                point = compare_amplitudes(
                    band.amplitudes_hz[g, :, k],
                    amplitudes[g, :, k],
                    stimulus=reference.stimuli[band.stimulus].name,
                    frequency_hz=frequency,
                    p_response=prepared.criteria.evaluable.response_p.value,
                    confidence=prepared.criteria.statistics.confidence.value,
                )
                points[g].append(point)
    for g, value in enumerate(values):
        value["frequencies"] = tuple(points[g])


def _add_neurons(
    prepared: PreparedReference,
    model: ModelRates,
    rng: np.random.Generator,
    values: list[Values],
) -> None:
    reference = prepared.reference
    limits = prepared.criteria.evaluable
    spiking = reference.neuron_rates_hz.mean(axis=(0, 1, 2))
    rates = model.neuron_rates_hz.mean(axis=0)
    n_samples = prepared.n_neuron_samples
    recorded_s = reference.duration_s * reference.n_stimuli * reference.n_trials
    for g, member in enumerate(reference.group_members):
        seed = prepared.seed[g]
        if member.sum() < limits.min_neurons.value:
            continue
        if not np.isfinite(rates[member]).all():
            continue
        a, b = rates[member], spiking[member]
        raw_r = compute_correlation(a, b)
        raw_error = compute_median_error(a, b, limits.neuron_rate_hz.value)
        seed_r = seed.get("neuron_r")
        seed_error = seed.get("neuron_median_error")
        reliability = compute_reliability(seed_r or 0.0, n_samples)
        n_own = np.inf
        if model.trials_hz is not None:
            n_own = len(model.trials_hz) / prepared.trials_per_sample
            reliability *= compute_reliability(seed_r or 0.0, n_own)
        value = values[g]
        value["neuron_r_raw"] = known(raw_r)
        value["neuron_median_error_raw"] = known(raw_error)
        if reliability > 0.0:
            value["neuron_r"] = known(raw_r / np.sqrt(reliability))
        if seed_error is not None:
            n_both = 1.0 / (1.0 / n_samples + 1.0 / n_own)
            value["neuron_median_error"] = known(
                correct_median_error(raw_error, seed_error, n_both)
            )
        if model.trials_hz is None:
            n_draws = -(-MIN_DRAWN_CELLS // a.size)
            a = draw_counts(a, recorded_s, n_draws, rng).ravel()
        # Counts divided by a time differ in the last digit from rates averaged
        # over trials; ties must be ties.
        value["neuron_similarity"] = compute_similarity(
            np.round(a * recorded_s), np.round(b * recorded_s)
        )


def _add_tuning(
    prepared: PreparedReference,
    model: ModelRates,
    rng: np.random.Generator,
    values: list[Values],
) -> None:
    spiking = prepared.selectivity
    if spiking is None:
        return
    reference = prepared.reference
    limits = prepared.criteria.evaluable
    rates = np.where(np.isfinite(model.neuron_rates_hz), model.neuron_rates_hz, 0.0)
    mean = direction_rates(reference, reference.neuron_rates_hz.mean(axis=(0, 2))).mean(
        axis=0
    )
    own = model_selectivity(prepared, rates)
    recorded_s = reference.duration_s * reference.n_trials
    degrees = prepared.criteria.tiers["default"].tuning.preferred_deg.value
    for g, member in enumerate(reference.group_members):
        active = member & (mean > limits.neuron_rate_hz.value)
        if active.sum() < limits.min_tuned_neurons.value:
            continue
        seen = [rates[:, active]]
        if model.trials_hz is None:
            n_draws = -(-MIN_DRAWN_CELLS // (8 * int(active.sum())))
            seen = list(draw_counts(rates[:, active], recorded_s, n_draws, rng))
        tuned = [model_selectivity(prepared, drawn) for drawn in seen]
        for index in ("osi", "dsi"):
            values[g][f"{index}_similarity"] = compute_similarity(
                np.concatenate([getattr(t, index) for t in tuned]),
                getattr(spiking, index)[active],
            )
        selected = active & (spiking.osi > limits.selective_osi.value)
        if selected.sum() >= limits.min_neurons.value:
            values[g]["preferred_fraction"] = known(
                compute_preferred_match(own, spiking, selected, degrees)
            )
