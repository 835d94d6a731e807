"""The validator's own test: models whose verdict is known."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from bridge.certificate.scores import Scores
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from validation.experiment.experiment import Experiment
from validation.experiment.parallel import map_in_processes
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.sabotages.sabotage import Sabotage
from validation.experiment.sabotages.spoil import respond_spoiled, spoil_response
from validation.judging.controls import (
    RIGHT_SHARE,
    change_of,
    found_wrong,
    models_to_sabotage,
)
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measuring.prepared import PreparedReference
from validation.report.run_report import Control
from validation.responses.model_rates import ModelRates, hold_out_seed
from validation.runs.shown import Shown


def score(prepared: PreparedReference, rates: ModelRates) -> Scores:
    """Score a model; equal models get equal scores."""
    return score_model(prepared, rates, np.random.default_rng(0))


def run_controls(
    experiment: Experiment,
    parameters: RateParameters,
    prepared: PreparedReference,
    models: Sequence[RateModel],
    responses: Mapping[str, ModelRates],
    scores: Mapping[str, Scores],
) -> dict[str, Control]:
    """Judge another seed, which must pass, and sabotaged models, which must fail.

    The best model of every form that passes is sabotaged, at three strengths; in the
    quick form at the most blatant one alone, but for the best of all where it need
    not run again.

    Parameters
    ----------
    experiment
        The experiment.
    parameters
        Parameters of the rate model.
    prepared
        The reference.
    models, responses, scores
        The rate models, with their rates and scores under the test stimuli.
    """
    controls = {"other_seed": other_seed(prepared)}
    shown = Shown.of(prepared)
    part = shown.reference(prepared)
    for k, model in enumerate(models_to_sabotage(models, scores)):
        whole = responses[model.name]
        unchanged = score(part, shown.rates(whole))
        made = _spoiled(
            experiment, parameters, shown, model, whole, prepared, is_best=k == 0
        )
        for name, strength, rates in made:
            sabotage = SABOTAGES[name]
            found = score(part, rates)
            change = change_of(unchanged, found, prepared.criteria)
            controls[rates.name] = Control(
                description=f"{model.name}: {sabotage.words(strength)}",
                expected="fail",
                is_required=strength == sabotage.strengths[0],
                seen=change.is_seen,
                model=model.name,
                sabotage=name,
                strength=strength,
                stimuli=shown.names,
                verdict=found.verdict,
                unchanged_verdict=unchanged.verdict,
                pass_fraction=found.pass_fraction,
                unchanged_pass_fraction=unchanged.pass_fraction,
                change=change.tiers,
                change_interval=change.interval,
            )
    return controls


def other_seed(prepared: PreparedReference) -> Control:
    """Judge the last noise seed by the others: the judge must not find it wrong."""
    kept, other = hold_out_seed(prepared.reference)
    rng = np.random.default_rng(0)
    reference = prepare_reference(kept, prepared.criteria, rng)
    scores = score_model(reference, other, rng)
    n_firing = scores.n_firing
    n_trials = min(kept.n_trials, prepared.reference.n_trials - kept.n_trials)
    wrong = found_wrong(scores, prepared.criteria, n_trials)
    n_right = n_firing - len(wrong)
    return Control(
        description=(
            f"the spiking model itself with other noise: of {n_firing} firing "
            f"populations {n_right} not found wrong, {scores.n_passing} of them "
            "shown right"
        ),
        expected="pass",
        is_required=True,
        seen=n_firing > 0 and n_right >= RIGHT_SHARE * n_firing,
        stimuli=tuple(info.name for info in kept.stimuli),
        verdict=scores.verdict,
        pass_fraction=scores.pass_fraction,
        found_wrong=wrong,
    )


def strengths_of(
    sabotage: Sabotage, *, is_quick: bool, is_best: bool
) -> tuple[float, ...]:
    """Return the strengths of a sabotage that a run tries, the most blatant first.

    Parameters
    ----------
    sabotage
        The sabotage.
    is_quick
        Whether the run has the short form.
    is_best
        Whether the model is the best of all.
    """
    first, *weaker = sabotage.strengths
    if not is_quick:
        return sabotage.strengths
    return (
        first,
        *(s for s in weaker if is_best and not sabotage.at(s).needs_run),
    )


def _spoiled(
    experiment: Experiment,
    parameters: RateParameters,
    shown: Shown,
    model: RateModel,
    whole: ModelRates,
    prepared: PreparedReference,
    *,
    is_best: bool,
) -> list[tuple[str, float, ModelRates]]:
    """Return sabotage, strength and rates, in the order of the list of sabotages.

    What changes the response alone takes the rates that are there.
    """
    protocol = experiment.config.protocol
    timing = {"bin_ms": protocol.bin_ms, "drop_ms": protocol.drop_ms}
    by_name = {s.name: s for s in experiment.protocol.test}
    stimuli = [shown.stimulus(by_name[name], **timing) for name in shown.names]
    wanted = [
        (name, strength)
        for name, sabotage in SABOTAGES.items()
        if _applies(sabotage, model, prepared)
        for strength in strengths_of(sabotage, is_quick=protocol.quick, is_best=is_best)
    ]
    runs = [pair for pair in wanted if SABOTAGES[pair[0]].at(pair[1]).needs_run]
    calls: list[dict[str, Any]] = [
        {
            "model": model,
            "parameters": parameters,
            "stimuli": stimuli,
            "sabotage": name,
            "strength": strength,
            **timing,
        }
        for name, strength in runs
    ]
    found = map_in_processes(
        respond_spoiled,
        calls,
        label=f"controls, {model.name}",
        progress=experiment.progress,
    )
    made = dict(zip(runs, found, strict=True))
    as_it_is = shown.rates(whole)
    for pair in wanted:
        if pair not in made:
            made[pair] = spoil_response(as_it_is, model, *pair, protocol.bin_ms)
    return [(*pair, made[pair]) for pair in wanted]


def _applies(sabotage: Sabotage, model: RateModel, prepared: PreparedReference) -> bool:
    names = prepared.reference.population_names
    return sabotage.changes(model) and sabotage.needs in (None, *names)
