"""Which populations the trials cannot judge yet."""

import numpy as np

from validation.criteria.criteria import Criteria
from validation.judging.facts import GroupFacts
from validation.judging.prepare import prepare_reference
from validation.measuring.compared import compare_with
from validation.measuring.prepared import PreparedReference
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference


def judges_all(
    reference: Reference, criteria: Criteria, stimulus_only: ModelRates
) -> bool:
    """Return whether every firing population can be judged by the default tier.

    Parameters
    ----------
    reference
        Spiking responses to the test stimuli, all sets of them.
    criteria
        Thresholds and settings of the statistics.
    stimulus_only
        The yardstick of skill.
    """
    prepared = prepare_reference(reference, criteria, np.random.default_rng(0))
    return not unjudged_populations(prepared.with_stimulus_only(stimulus_only))


def unjudged_populations(prepared: PreparedReference) -> dict[str, str]:
    """Return the firing populations that cannot be judged by the default tier.

    By the code that judges a model: a model without noise of its own is held against
    the reference, and what it scores is not looked at.

    Parameters
    ----------
    prepared
        The reference.

    Returns
    -------
    dict
        Why they cannot be judged, by name.
    """
    reference = prepared.reference
    model = _mean_of_trials(reference)
    compared = compare_with(prepared, model, np.random.default_rng(0))
    fires = prepared.criteria.evaluable.fires
    found = {}
    for group, name in enumerate(reference.population_names):
        facts = GroupFacts.of(compared, group)
        if fires(facts.spiking.rate_hz) and "default" in facts.reasons:
            found[name] = facts.reasons["default"]
    return found


def _mean_of_trials(reference: Reference) -> ModelRates:
    return ModelRates(
        name="mean of the trials",
        rates_hz=reference.rates_hz.mean(axis=(0, 2)),
        neuron_rates_hz=reference.neuron_rates_hz.mean(axis=(0, 2)),
        others={name: _mean_of_trials(own) for name, own in reference.others.items()},
    )
