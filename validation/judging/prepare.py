"""Computes what all models scored against one reference share."""

import numpy as np

from bridge.arrays import FloatArray
from validation.criteria.criteria import Criteria
from validation.measures.registry import measures
from validation.measuring.prepared import PreparedReference
from validation.measuring.regime_state import regime_of
from validation.measuring.sampled import SampledMeasure
from validation.responses.reference import Reference
from validation.statistics.ceiling import compute_ceiling, compute_half_correlation
from validation.statistics.comparison import Comparison
from validation.statistics.numbers import Numbers, known
from validation.statistics.trial_products import TrialProducts, draw_weights


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
    return PreparedReference(
        reference=reference,
        criteria=criteria,
        spiking=spiking,
        half_correlation=half,
        ceiling=ceiling,
        anchors=_anchors(reference, spiking, ceiling, rng),
        regime=regime_of(reference),
        others={
            name: prepare_reference(own, criteria, rng)
            for name, own in reference.others.items()
        },
    )


def _anchors(
    reference: Reference,
    spiking: TrialProducts,
    ceiling: FloatArray,
    rng: np.random.Generator,
) -> tuple[dict[str, Numbers], ...]:
    """Score what is known: a shuffled and a constant rate, and the other seed."""
    once = np.ones((1, spiking.n_trials))
    whole = TrialProducts(spiking.trials_hz, once)
    psth = spiking.psth_hz
    shuffled = psth[:, rng.permutation(psth.shape[1])]
    constant = np.repeat(psth.mean(axis=1, keepdims=True), psth.shape[1], axis=1)
    found = {
        name: Comparison(whole, TrialProducts(rates[:, None], np.ones((1, 1))), ceiling)
        for name, rates in (("time_shuffled", shuffled), ("constant_rate", constant))
    }
    if reference.n_seeds > 1:
        n_kept = reference.n_trials - reference.rates_hz.shape[2]
        kept = TrialProducts(spiking.trials_hz[:, :n_kept], once[:, :n_kept])
        other = TrialProducts(spiking.trials_hz[:, n_kept:], once[:, n_kept:])
        reliability = np.clip(kept.signal_variance[0], 0.0, None) / np.where(
            kept.psth_variance[0] > 0.0, kept.psth_variance[0], 1.0
        )
        found["other_seed"] = Comparison(kept, other, np.sqrt(reliability))
    scored = {
        name: {
            measure.name: measure.scaled(measure.samples(comparison)[0])
            for measure in measures()
            if isinstance(measure, SampledMeasure)
        }
        for name, comparison in found.items()
    }
    return tuple(
        {
            name: {measure: known(values[g]) for measure, values in own.items()}
            for name, own in scored.items()
        }
        for g in range(len(psth))
    )
