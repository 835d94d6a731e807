"""The validator's own test: models whose verdict is known."""

import numpy as np

from bridge.certificate.scores import PASSING, Scores
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.variants.registry import VARIANTS
from validation.experiment.experiment import Experiment
from validation.experiment.sabotages.registry import SABOTAGES
from validation.judging.controls import is_noticed
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measuring.prepared import PreparedReference
from validation.report.run_report import Control
from validation.responses.model_rates import ModelRates, hold_out_seed


def score(prepared: PreparedReference, rates: ModelRates) -> Scores:
    """Score a model; equal models get equal scores."""
    return score_model(prepared, rates, np.random.default_rng(0))


def run_controls(
    experiment: Experiment,
    parameters: RateParameters,
    prepared: PreparedReference,
    model: RateModel,
    unchanged: Scores,
) -> dict[str, Control]:
    """Judge another seed, which must pass, and sabotaged models, which must fail.

    Parameters
    ----------
    experiment
        The experiment.
    parameters
        Parameters of the rate model.
    prepared
        The reference.
    model, unchanged
        The model that is sabotaged, and its scores.
    """
    kept, other = hold_out_seed(prepared.reference)
    rng = np.random.default_rng(0)
    other_reference = prepare_reference(kept, prepared.criteria, rng)
    seed = score_model(other_reference, other, rng)
    controls = {
        "other_seed": Control.of(
            seed,
            "the spiking model itself with other noise",
            "pass",
            seed.verdict in PASSING,
        )
    }
    wanted = [
        name
        for name, sabotage in SABOTAGES.items()
        if sabotage.changes(VARIANTS[model.variant])
        and sabotage.needs in (None, *prepared.reference.population_names)
    ]
    for name, rates in experiment.respond([model], parameters, wanted).items():
        scores = score(prepared, rates)
        controls[name] = Control.of(
            scores,
            f"{model.name}: {SABOTAGES[name].description}",
            "fail",
            is_noticed(unchanged, scores),
            unchanged,
        )
    return controls
