"""The verdict on one population, and the sentences that say why."""

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.certificate.scores import (
    TIERS,
    MeasureResult,
    Outcome,
    PopulationScore,
    Tier,
)
from validation.criteria.criteria import Criteria
from validation.criteria.decision import Decision, pass_if
from validation.judging.facts import JUDGED_TIERS, GroupFacts
from validation.measures.registry import measures
from validation.measuring.regime_state import describe_regime


@dataclass(frozen=True)
class Judged:
    """A judged population.

    Attributes
    ----------
    score
        With verdict, reason and tiers.
    failures
        One sentence per measure that decides and misses the default tier.
    notes
        One sentence per other finding.
    """

    score: PopulationScore
    failures: tuple[str, ...]
    notes: tuple[str, ...]


def judge_group(
    name: str,
    facts: GroupFacts,
    results: Mapping[str, MeasureResult],
    criteria: Criteria,
) -> Judged:
    """Judge one population or class by all tiers.

    Parameters
    ----------
    name
        Its name.
    facts
        What is known of it beside its measures.
    results
        Its measures, corrected for the number of tests.
    criteria
        The thresholds.
    """
    decisions = {
        measure.name: {
            tier: measure.decide(results[measure.name], measure.asked(criteria, tier))
            for tier in TIERS
        }
        for measure in measures()
    }
    deciding = [m.name for m in measures() if m.decides and m.is_asked(results[m.name])]
    tiers = {measure: _highest(own) for measure, own in decisions.items()}
    barred = {tier for tier in JUDGED_TIERS if tier in facts.reasons}
    passed: dict[Tier, bool] = {}
    for rank, tier in enumerate(TIERS):
        # What bars a tier bars the harder ones.
        is_judged = not barred & set(TIERS[: rank + 1])
        holds = all(decisions[m][tier] == "pass" for m in deciding)
        passed[tier] = holds and is_judged
    verdict = _highest({tier: pass_if(passed[tier]) for tier in TIERS})
    reason = facts.reasons.get("default")
    failures: list[str] = []
    notes: list[str] = []
    if not facts.is_finite:
        verdict, reason, results = "fail", None, {}
        failures.append("the model's rates are not finite numbers")
    elif "lenient" in facts.reasons:
        verdict, reason = "inconclusive", facts.reasons["lenient"]
        tiers |= dict.fromkeys(deciding, "inconclusive")
        notes.append(f"inconclusive, {reason}")
    else:
        if reason is not None:
            notes.append(f"cannot be judged by the default tier, {reason}")
        missed = {m for m, own in decisions.items() if own["default"] == "fail"}
        failures, found = _sentences(results, missed, criteria)
        notes += found
    notes += describe_regime(facts.spiking.regime, criteria.regime)
    score = PopulationScore(
        n_cells=facts.n_cells,
        verdict=verdict,
        reason=reason,
        spiking=facts.spiking,
        measures={
            measure: result.model_copy(update={"tier": tiers[measure]})
            for measure, result in results.items()
        },
        anchors=facts.anchors or {},
    )
    return Judged(
        score,
        tuple(f"{name}: {sentence}" for sentence in failures),
        tuple(f"{name}: {sentence}" for sentence in notes),
    )


def _sentences(
    results: Mapping[str, MeasureResult], missed: set[str], criteria: Criteria
) -> tuple[list[str], list[str]]:
    """Return what the measures that miss the default tier say: failures, notes."""
    failures: list[str] = []
    notes: list[str] = []
    for measure in measures():
        if measure.name not in missed:
            continue
        asked = measure.asked(criteria, "default")
        sentence = measure.describe(results[measure.name], asked)
        if sentence:
            (failures if measure.decides else notes).append(sentence)
    return failures, notes


def _highest(decisions: Mapping[Tier, Decision]) -> Outcome:
    reached = [tier for tier in TIERS if decisions[tier] == "pass"]
    if reached:
        return reached[-1]
    return "fail" if decisions[TIERS[0]] == "fail" else "inconclusive"
