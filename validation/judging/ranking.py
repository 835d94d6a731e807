"""Which model comes first, and which one the controls spoil."""

from collections.abc import Mapping, Sequence

import numpy as np

from bridge.certificate.scores import Outcome, Scores
from bridge.rate_model import RateModel
from ratemodel.variants.registry import VARIANTS
from validation.measures.registry import RANKING

RANK: dict[Outcome, int] = {
    "strict": 3,
    "default": 2,
    "lenient": 1,
    "fail": 0,
    "inconclusive": -1,
}


def merit(scores: Scores) -> tuple[float, float, float]:
    """Return what orders models: verdict, populations passed, explained variance."""
    explained = [
        value
        for population in scores.populations.values()
        if population.verdict != "inconclusive"
        and (value := population.value(RANKING)) is not None
    ]
    return (
        float(RANK[scores.verdict]),
        scores.pass_fraction.get("default", 0.0),
        float(np.mean(explained)) if explained else -np.inf,
    )


def best_model(models: Sequence[RateModel], scores: Mapping[str, Scores]) -> RateModel:
    """Return the model that comes first; of equals the one named first."""
    return max(models, key=lambda model: merit(scores[model.name]))


def model_to_sabotage(
    models: Sequence[RateModel], scores: Mapping[str, Scores]
) -> RateModel:
    """Return the model that the controls change.

    The best of those that have both tau_s and tau_r to spoil, or of all where there
    is none. One without a membrane where there is one: the membrane takes over what
    tau_r did, and five times what is left of it, 0.5 ms, costs one of nine
    populations in the short form of a run.
    """
    without = [m for m in models if "membrane" not in m.extensions] or list(models)
    with_both = [
        model
        for model in without
        if (kind := VARIANTS[model.variant]).has_tau_s and kind.tau_r_grid_ms
    ]
    return best_model(with_both or without, scores)
