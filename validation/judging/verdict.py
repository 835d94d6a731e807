"""From the populations' verdicts to the verdict on a model."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.certificate.scores import TIERS, Outcome, PopulationScore
from validation.criteria.criteria import Criteria


@dataclass(frozen=True)
class Overall:
    """The verdict on a model, and the populations it counts.

    Attributes
    ----------
    verdict
        Highest tier reached.
    firing
        Populations that fire in the test set: the denominator.
    judged
        Those of them that the data can judge, by the lenient tier at the least.
    pass_fraction
        Share of the firing populations that pass, by tier; empty where none fires.
    """

    verdict: Outcome
    firing: tuple[str, ...]
    judged: tuple[str, ...]
    pass_fraction: dict[str, float]


def firing_of(
    populations: Mapping[str, PopulationScore], criteria: Criteria
) -> dict[str, PopulationScore]:
    """Return the populations that fire in the test set: those that count."""
    return {
        name: score
        for name, score in populations.items()
        if criteria.evaluable.fires(score.spiking.rate_hz)
    }


def judge_overall(
    populations: dict[str, PopulationScore], criteria: Criteria
) -> Overall:
    """Judge a model from its populations.

    A tier is reached when the required share of the populations that fire reaches
    it, and every required population that the column has does. A population that
    cannot be judged by a tier has not passed it: fewer trials leave fewer passes,
    not a smaller denominator. Where more of them than allowed cannot be judged, or a
    required one cannot, a model is inconclusive instead of passed.

    Parameters
    ----------
    populations
        Scores by name.
    criteria
        The thresholds.
    """
    settings = criteria.verdict
    firing = firing_of(populations, criteria)
    judged = tuple(n for n, s in firing.items() if s.verdict != "inconclusive")
    if not firing:
        return Overall("inconclusive", (), (), {})
    required = [n for n in settings.required_populations.value if n in populations]
    fraction: dict[str, float] = {}
    verdict: Outcome = "fail"
    for rank, tier in enumerate(TIERS):
        passed = {n for n, s in firing.items() if s.verdict in TIERS[rank:]}
        fraction[tier] = len(passed) / len(firing)
        missing = [n for n in required if n in judged and n not in passed]
        if fraction[tier] >= settings.required_fraction.value and not missing:
            verdict = tier
    n_unjudged = len(firing) - len(judged)
    is_unclear = n_unjudged > settings.max_unjudged_fraction.value * len(firing)
    if is_unclear or (verdict != "fail" and not set(required) <= set(judged)):
        verdict = "inconclusive"
    return Overall(verdict, tuple(firing), judged, fraction)
