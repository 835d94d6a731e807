"""Which model comes first."""

from collections.abc import Mapping, Sequence

import numpy as np

from bridge.certificate.scores import Outcome, Scores
from bridge.rate_model import RateModel
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
