"""From the populations' verdicts to the verdict on a model."""

from bridge.certificate.scores import TIERS, Outcome, PopulationScore
from validation.criteria.criteria import Criteria


def judge_overall(
    populations: dict[str, PopulationScore], criteria: Criteria
) -> tuple[Outcome, dict[str, float], int]:
    """Judge a model from its populations.

    A tier is reached when the required share of the evaluable populations reaches
    it and every required population that the column has does. A model whose
    required populations cannot be evaluated is inconclusive, never a pass.

    Returns
    -------
    verdict, pass_fraction, n_evaluable
        Highest tier reached; share of evaluable populations per tier; how many
        are evaluable.
    """
    evaluable = {n: s for n, s in populations.items() if s.verdict != "inconclusive"}
    required = [
        n for n in criteria.verdict.required_populations.value if n in populations
    ]
    if not evaluable:
        return "inconclusive", {}, 0
    fraction: dict[str, float] = {}
    verdict: Outcome = "fail"
    for rank, tier in enumerate(TIERS):
        passed = {n for n, s in evaluable.items() if s.verdict in TIERS[rank:]}
        fraction[tier] = len(passed) / len(evaluable)
        missing = [n for n in required if n in evaluable and n not in passed]
        if fraction[tier] >= criteria.verdict.required_fraction.value and not missing:
            verdict = tier
    if verdict != "fail" and any(n not in evaluable for n in required):
        verdict = "inconclusive"
    return verdict, fraction, len(evaluable)
