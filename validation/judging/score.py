"""Score a model against the spiking reference."""

import numpy as np

from bridge.certificate.scores import Scores
from validation.criteria.criteria import Criteria
from validation.judging.evaluable import why_inconclusive
from validation.judging.measure import Measured, measure_model
from validation.judging.population import Judged, judge_population
from validation.judging.sentences import describe_time_scales
from validation.judging.verdict import judge_overall, overall_bandwidth
from validation.measures.mean_rate import adjust_holm
from validation.measures.shared import PreparedReference, prepare_reference
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference


def score_model(
    reference: Reference | PreparedReference,
    model: ModelRates,
    criteria: Criteria,
    rng: np.random.Generator,
) -> Scores:
    """Measure a model against the spiking reference and judge it.

    To score several models, call :func:`validation.measures.shared.prepare_reference`
    once and pass its result: what does not depend on the model is then shared.

    Parameters
    ----------
    reference
        Spiking responses to the test stimuli, prepared or not.
    model
        Responses of the model to the same stimuli.
    criteria
        Thresholds of the tiers; a prepared reference keeps those it was made with
        for its statistics.
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
    if isinstance(reference, Reference):
        prepared = prepare_reference(reference, criteria, rng)
    else:
        prepared = reference
    measured = measure_model(prepared, model, rng)
    names = prepared.reference.population_names
    judged = _judge(measured, range(len(names)), names, criteria)
    class_names = prepared.reference.class_names
    rest = range(len(names), len(names) + len(class_names))
    classes = _judge(measured, rest, class_names, criteria)
    populations = {name: j.score for name, j in judged.items()}
    verdict, fraction, n_evaluable = judge_overall(populations, criteria)
    return Scores(
        name=model.name,
        verdict=verdict,
        tau_r_ms=model.tau_r_ms,
        bandwidth_hz=overall_bandwidth(
            populations, criteria.verdict.required_fraction.value
        ),
        pass_fraction=fraction,
        n_evaluable=n_evaluable,
        populations=populations,
        classes={name: j.score for name, j in classes.items()},
        failures=tuple(s for j in judged.values() for s in j.failures),
        notes=(
            *(s for j in judged.values() for s in j.notes),
            *describe_time_scales(populations, criteria),
        ),
    )


def _judge(
    measured: Measured, rows: range, names: tuple[str, ...], criteria: Criteria
) -> dict[str, Judged]:
    """Judge one family of groups; Holm's correction runs over its evaluable ones."""
    scores = [measured.scores[row] for row in rows]
    adjusted: list[dict[str, float]] = [{} for _ in rows]
    family = [i for i, s in enumerate(scores) if why_inconclusive(s, criteria) is None]
    for tier, p in measured.equivalence_p.items():
        for i, value in zip(
            family, adjust_holm(p[[rows[i] for i in family]]), strict=True
        ):
            adjusted[i][tier] = float(value)
    return {
        name: judge_population(
            name,
            score.model_copy(update={"equivalence_p": extra}),
            bool(measured.is_finite[row]),
            criteria,
        )
        for name, score, extra, row in zip(names, scores, adjusted, rows, strict=True)
    }
