"""Score a model against the spiking reference."""

from collections.abc import Sequence

import numpy as np

from bridge.certificate.scores import MeasureResult, PopulationScore, Scores
from validation.criteria.criteria import Criteria
from validation.judging.facts import GroupFacts
from validation.judging.judge import Judged, judge_group
from validation.judging.verdict import judge_overall
from validation.measures.registry import measures
from validation.measuring.compared import compare_with
from validation.measuring.prepared import PreparedReference
from validation.measuring.regime_state import describe_time_scales
from validation.responses.model_rates import ModelRates

Results = dict[str, list[MeasureResult]]
"""By measure: its result in every group."""


def score_model(
    prepared: PreparedReference, model: ModelRates, rng: np.random.Generator
) -> Scores:
    """Measure a model against the spiking reference and judge it.

    Parameters
    ----------
    prepared
        Spiking responses to the test stimuli, with the criteria, from
        :func:`validation.judging.prepare.prepare_reference`.
    model
        Responses of the model to the same stimuli.
    rng
        Source of the bootstrap samples: equal generators give equal scores.

    Returns
    -------
    Scores
        Measures, verdicts per population, class and overall, and sentences.

    Raises
    ------
    InputError
        If the model's arrays do not have the reference's shape.
    """
    criteria = prepared.criteria
    compared = compare_with(prepared, model, rng)
    results: Results = {m.name: m.compute(compared, rng) for m in measures()}
    names = prepared.reference.population_names
    facts = [GroupFacts.of(compared, group) for group in range(compared.n_groups)]
    judged = _judge(facts, results, range(len(names)), names, criteria)
    class_names = prepared.reference.class_names
    rest = range(len(names), len(names) + len(class_names))
    classes = _judge(facts, results, rest, class_names, criteria)
    populations = {name: j.score for name, j in judged.items()}
    overall = judge_overall(populations, criteria)
    return Scores(
        name=model.name,
        model=model.model,
        verdict=overall.verdict,
        summaries=_summaries(populations, criteria),
        firing=overall.firing,
        judged=overall.judged,
        pass_fraction=overall.pass_fraction,
        populations=populations,
        classes={name: j.score for name, j in classes.items()},
        failures=tuple(s for j in judged.values() for s in j.failures),
        notes=(
            *(s for j in judged.values() for s in j.notes),
            *_unasked(populations),
            *describe_time_scales(
                {name: s.spiking.regime for name, s in populations.items()},
                criteria.regime,
            ),
        ),
    )


def _judge(
    facts: Sequence[GroupFacts],
    results: Results,
    rows: range,
    names: tuple[str, ...],
    criteria: Criteria,
) -> dict[str, Judged]:
    """Judge one family of groups; corrections run over those that fire."""
    fires = criteria.evaluable.fires
    family = [i for i, row in enumerate(rows) if fires(facts[row].spiking.rate_hz)]
    adjusted = {
        measure.name: measure.adjust(
            [results[measure.name][row] for row in rows], family
        )
        for measure in measures()
    }
    return {
        name: judge_group(
            name,
            facts[row],
            {measure: own[i] for measure, own in adjusted.items()},
            criteria,
        )
        for i, (name, row) in enumerate(zip(names, rows, strict=True))
    }


def _unasked(populations: dict[str, PopulationScore]) -> list[str]:
    judged = {n: s for n, s in populations.items() if s.verdict != "inconclusive"}
    sentences = (
        measure.say_unasked(
            {n: s.measures[measure.name] for n, s in judged.items() if s.measures}
        )
        for measure in measures()
    )
    return [sentence for sentence in sentences if sentence]


def _summaries(
    populations: dict[str, PopulationScore], criteria: Criteria
) -> dict[str, float | None]:
    judged = [s for s in populations.values() if s.verdict != "inconclusive"]
    found: dict[str, float | None] = {}
    for measure in measures():
        if not measure.summary_title:
            continue
        results = [
            score.measures[measure.name]
            for score in judged
            if measure.name in score.measures
        ]
        fraction = criteria.verdict.required_fraction.value
        found[measure.name] = measure.summarise(results, fraction)
    return found
