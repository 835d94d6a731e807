"""What all models scored against one reference share, computed once."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from validation.criteria.criteria import Criteria
from validation.measures.frequency_response import compute_amplitudes, resolvable
from validation.measures.mean_rate import compute_rate_error
from validation.measures.noise import compute_ceiling, compute_half_correlation
from validation.measures.regime import compute_fano, compute_synchrony
from validation.measures.single_cells import (
    compute_correlation,
    compute_median_error,
    compute_similarity,
)
from validation.measures.time_course import TimeCourse, compute_time_course
from validation.measures.trial_products import TrialProducts, draw_weights
from validation.measures.tuning import (
    Selectivity,
    compute_preferred_match,
    compute_selectivity,
)
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

Numbers = dict[str, float | None]


def known(value: float) -> float | None:
    """Return a number, or ``None`` where it is not finite."""
    return float(value) if np.isfinite(value) else None


@dataclass(frozen=True)
class Band:
    """The spiking response at the frequencies of one stimulus.

    Attributes
    ----------
    stimulus
        Index of the stimulus.
    frequencies_hz
        Frequencies that the recording resolves, Hz.
    bins
        Bins of the stimulus that are used, on its own time axis.
    start_ms
        Start of the first of them from the start of the trial, ms.
    amplitudes_hz
        Complex amplitude per trial, ``(n_groups, n_trials, n_frequencies)``.
    """

    stimulus: int
    frequencies_hz: tuple[float, ...]
    bins: slice
    start_ms: float
    amplitudes_hz: NDArray[np.complex128]


@dataclass(frozen=True)
class PreparedReference:
    """A reference with everything that does not depend on the model.

    Attributes
    ----------
    reference, criteria
        What it was made from.
    spiking
        Products of the pooled trials of each group, with bootstrap weights.
    half_correlation, ceiling
        Per group, ``(n_groups,)``.
    bands
        Responses at the frequencies of the modulated stimuli.
    anchors
        Per group: scores of the other seed, a time-shuffled and a constant rate.
    directions
        Indices of the gratings; empty with fewer than four directions.
    selectivity
        Selectivity of the spiking cells; ``None`` without gratings.
    seed
        Per group: what one spiking sample scores against another, per cell.
    regime
        Per group: state of the spiking population.
    """

    reference: Reference
    criteria: Criteria
    spiking: TrialProducts
    half_correlation: FloatArray
    ceiling: FloatArray
    bands: tuple[Band, ...]
    anchors: tuple[dict[str, Numbers], ...]
    directions: tuple[int, ...]
    selectivity: Selectivity | None
    seed: tuple[Numbers, ...]
    regime: tuple[Numbers, ...]

    @property
    def n_neuron_samples(self) -> int:
        """Samples (seeds, or halves of the only seed) in the mean rate of a cell."""
        return max(self.reference.n_seeds, 2)

    @property
    def trials_per_sample(self) -> float:
        """Trials in one such sample."""
        return self.reference.n_trials / self.n_neuron_samples


def model_products(
    reference: Reference, model: ModelRates, weights: FloatArray
) -> TrialProducts:
    """Products of a model's trials; values that are not finite become 0 Hz."""
    trials = model.group_trials(reference)
    return TrialProducts(np.where(np.isfinite(trials), trials, 0.0), weights)


def prepare_reference(
    reference: Reference, criteria: Criteria, rng: np.random.Generator
) -> PreparedReference:
    """Compute what all models scored against ``reference`` share.

    Parameters
    ----------
    reference
        Spiking responses to the test stimuli.
    criteria
        Thresholds and settings of the statistics.
    rng
        Source of the bootstrap samples and of the random halves.
    """
    settings = criteria.statistics
    weights = draw_weights(reference.n_trials, settings.bootstrap_samples.value, rng)
    spiking = TrialProducts(reference.group_trials, weights)
    half = compute_half_correlation(
        spiking.covariances, rng, settings.half_splits.value
    )
    ceiling = compute_ceiling(half, reference.n_trials)
    directions = _grating_directions(reference)
    selectivity = _selectivity(reference, reference.neuron_rates_hz.mean(axis=(0, 2)))
    return PreparedReference(
        reference=reference,
        criteria=criteria,
        spiking=spiking,
        half_correlation=half,
        ceiling=ceiling,
        bands=tuple(_bands(reference)),
        anchors=_anchors(reference, spiking, ceiling, rng),
        directions=directions,
        selectivity=selectivity,
        seed=_seed_scores(reference, criteria),
        regime=_regime(reference),
    )


def _bands(reference: Reference) -> list[Band]:
    bands = []
    for index, info in enumerate(reference.stimuli):
        first = 0
        if info.frequencies_hz and info.onset_ms:
            late = (info.onset_ms[0] - reference.drop_ms) / reference.bin_ms
            first = max(int(np.ceil(late - 1e-9)), 0)
        n_bins = reference.n_bins - first
        if n_bins < 2:
            continue
        frequencies = resolvable(info.frequencies_hz, n_bins, reference.bin_ms)
        # Each sinusoid costs two degrees of freedom of the fit.
        if not frequencies or 2 * len(frequencies) + 1 > n_bins:
            continue
        start = reference.drop_ms + first * reference.bin_ms
        trials = reference.group_trials[:, :, reference.bins_of(index)][:, :, first:]
        amplitudes = compute_amplitudes(trials, frequencies, reference.bin_ms, start)
        bands.append(Band(index, frequencies, slice(first, None), start, amplitudes))
    return bands


def _anchors(
    reference: Reference,
    spiking: TrialProducts,
    ceiling: FloatArray,
    rng: np.random.Generator,
) -> tuple[dict[str, Numbers], ...]:
    once = np.ones((1, spiking.n_trials))
    whole = TrialProducts(spiking.trials_hz, once)
    psth = spiking.psth_hz
    shuffled = psth[:, rng.permutation(psth.shape[1])]
    constant = np.repeat(psth.mean(axis=1, keepdims=True), psth.shape[1], axis=1)
    scored: dict[str, tuple[TimeCourse, FloatArray]] = {}
    for name, rates in (("time_shuffled", shuffled), ("constant_rate", constant)):
        model = TrialProducts(rates[:, None], np.ones((1, 1)))
        course = compute_time_course(whole, model, ceiling)
        scored[name] = (course, compute_rate_error(model.rate_hz, whole.rate_hz)[0])
    if reference.n_seeds > 1:
        n_kept = reference.n_trials - reference.rates_hz.shape[2]
        kept = TrialProducts(spiking.trials_hz[:, :n_kept], once[:, :n_kept])
        other = TrialProducts(spiking.trials_hz[:, n_kept:], once[:, n_kept:])
        reliability = np.clip(kept.signal_variance[0], 0.0, None) / np.where(
            kept.psth_variance[0] > 0.0, kept.psth_variance[0], 1.0
        )
        course = compute_time_course(kept, other, np.sqrt(reliability))
        error = compute_rate_error(other.rate_hz, kept.rate_hz)[0]
        scored["other_seed"] = (course, error)
    return tuple(
        {
            name: {
                "rate_error": known(error[g]),
                "r_over_ceiling": known(course.r_over_ceiling[0, g]),
                "explained_variance": known(course.explained_variance[0, g]),
                "nrmse": known(course.nrmse[0, g]),
            }
            for name, (course, error) in scored.items()
        }
        for g in range(len(psth))
    )


def _grating_directions(reference: Reference) -> tuple[int, ...]:
    moving = [i for i, s in enumerate(reference.stimuli) if s.kind == "grating"]
    moving = [i for i in moving if reference.stimuli[i].direction_deg is not None]
    different = {reference.stimuli[i].direction_deg for i in moving}
    return tuple(moving) if len(different) >= 4 else ()


def direction_rates(reference: Reference, rates_hz: FloatArray) -> FloatArray:
    """Select the responses to gratings, ``(n_directions, n_cells)``, Hz."""
    return rates_hz[list(_grating_directions(reference))]


def _selectivity(reference: Reference, rates_hz: FloatArray) -> Selectivity | None:
    moving = _grating_directions(reference)
    if not moving:
        return None
    angles = [float(reference.stimuli[i].direction_deg or 0.0) for i in moving]
    return compute_selectivity(rates_hz[list(moving)], np.array(angles))


def model_selectivity(prepared: PreparedReference, rates_hz: FloatArray) -> Selectivity:
    """Selectivity of cells that answered the reference's stimuli.

    Raises
    ------
    ValueError
        If the reference has no gratings.
    """
    result = _selectivity(prepared.reference, rates_hz)
    if result is None:
        raise ValueError("the reference has no gratings")
    return result


def _seed_scores(reference: Reference, criteria: Criteria) -> tuple[Numbers, ...]:
    limits = criteria.evaluable
    first, second = reference.neuron_samples()
    mean_first, mean_second = first.mean(axis=0), second.mean(axis=0)
    tuned = _selectivity(reference, first), _selectivity(reference, second)
    scores: list[Numbers] = []
    for member in reference.group_members:
        if member.sum() < limits.min_neurons.value:
            scores.append({})
            continue
        a, b = mean_first[member], mean_second[member]
        values = {
            "neuron_r": compute_correlation(a, b),
            "neuron_median_error": compute_median_error(
                a, b, limits.neuron_rate_hz.value
            ),
            "neuron_similarity": compute_similarity(a, b),
        }
        if tuned[0] is not None and tuned[1] is not None:
            active = member & (mean_first > limits.neuron_rate_hz.value)
            if active.sum() >= limits.min_tuned_neurons.value:
                for index in ("osi", "dsi"):
                    values[f"{index}_similarity"] = compute_similarity(
                        getattr(tuned[0], index)[active],
                        getattr(tuned[1], index)[active],
                    )
            selected = active & (tuned[0].osi > limits.selective_osi.value)
            if selected.sum() >= limits.min_neurons.value:
                values["preferred_fraction"] = compute_preferred_match(
                    tuned[1],
                    tuned[0],
                    selected,
                    criteria.tiers["default"].tuning.preferred_deg.value,
                )
        scores.append({name: known(value) for name, value in values.items()})
    return tuple(scores)


def _regime(reference: Reference) -> tuple[Numbers, ...]:
    rates = reference.neuron_rates_hz.mean(axis=(0, 1, 2))
    ratio = None
    if reference.tau_s_ms is not None and reference.tau_m_ms is not None:
        ratio = np.sqrt(reference.tau_s_ms / reference.tau_m_ms)
    states = []
    for group, member in enumerate(reference.group_members):
        n_cells = int(member.sum())
        fano = compute_fano(reference.group_trials[group], n_cells, reference.bin_ms)
        state = {
            "fano": known(fano),
            "synchrony": known(compute_synchrony(fano, n_cells)),
            "silent_fraction": known(float((rates[member] == 0.0).mean())),
            "max_rate_hz": known(float(rates[member].max())),
            "isi_cv": None,
            "time_scale_ratio": None,
        }
        if reference.isi_cv is not None:
            cv = reference.isi_cv[member]
            cv = cv[np.isfinite(cv)]
            state["isi_cv"] = known(float(cv.mean())) if cv.size else None
        if ratio is not None:
            state["time_scale_ratio"] = known(float(np.median(ratio[member])))
        states.append(state)
    return tuple(states)
