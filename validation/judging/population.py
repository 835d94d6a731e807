"""The verdict on one population, and the sentences that say why."""

from dataclasses import dataclass

from bridge.certificate.scores import TIERS, Outcome, PopulationScore, Tier
from validation.criteria.criteria import Criteria
from validation.criteria.decision import Decision
from validation.judging.evaluable import (
    VERDICT_MEASURES,
    decide_measures,
    why_inconclusive,
)
from validation.judging.sentences import (
    describe_failures,
    describe_notes,
    describe_regime,
)
from validation.measures.frequency_response import compute_bandwidth


@dataclass(frozen=True)
class Judged:
    """A judged population.

    Attributes
    ----------
    score
        With verdict, reason and tiers filled in.
    failures
        One sentence per verdict measure that misses the default tier.
    notes
        One sentence per other finding.
    """

    score: PopulationScore
    failures: tuple[str, ...]
    notes: tuple[str, ...]


def judge_population(
    name: str, score: PopulationScore, is_finite: bool, criteria: Criteria
) -> Judged:
    """Judge one population by all tiers.

    Parameters
    ----------
    name
        Name of the population or class.
    score
        Its measures, with Holm-adjusted p-values.
    is_finite
        Whether the model's rates are numbers.
    criteria
        The thresholds.
    """
    decisions = {tier: decide_measures(score, criteria, tier) for tier in TIERS}
    tiers: dict[str, Outcome] = {
        measure: _highest({t: decisions[t][measure] for t in TIERS})
        for measure in decisions["default"]
    }
    verdict = _highest({t: _all(decisions[t]) for t in TIERS})
    reason = why_inconclusive(score, criteria)
    failures: list[str] = []
    notes: list[str] = []
    if not is_finite:
        verdict, reason = "fail", None
        tiers = {}
        failures.append(f"{name}: the model's rates are not finite numbers")
    elif reason is not None:
        verdict = "inconclusive"
        tiers |= dict.fromkeys(VERDICT_MEASURES, "inconclusive")
        notes.append(f"{name}: inconclusive, {reason}")
    else:
        failures += describe_failures(name, score, criteria, decisions["default"])
        notes += describe_notes(name, score, criteria, decisions["default"])
    notes += describe_regime(name, score, criteria)
    bandwidth = compute_bandwidth(
        score.frequencies, criteria.tiers["default"].frequency_response
    )
    judged = score.model_copy(
        update={
            "verdict": verdict,
            "reason": reason,
            "tiers": tiers,
            "bandwidth_hz": bandwidth,
        }
    )
    return Judged(judged, tuple(failures), tuple(notes))


def _highest(decisions: dict[Tier, Decision]) -> Outcome:
    reached = [tier for tier in TIERS if decisions[tier] == "pass"]
    if reached:
        return reached[-1]
    return "fail" if decisions[TIERS[0]] == "fail" else "inconclusive"


def _all(decisions: dict[str, Decision]) -> Decision:
    verdict = [decisions[measure] for measure in VERDICT_MEASURES]
    return "pass" if all(d == "pass" for d in verdict) else "fail"
