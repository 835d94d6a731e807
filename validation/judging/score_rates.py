"""A verdict on rates: one call."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import xarray as xr

from bridge.certificate.scores import Scores
from bridge.errors import InputError
from bridge.expect import expect, expect_mapping
from bridge.rates import check_together
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.responses.check_sets import check_sets
from validation.responses.datasets import model_rates_of, reference_of


def score(
    spiking: xr.Dataset,
    model: xr.Dataset,
    *,
    sets: Mapping[str, tuple[xr.Dataset, xr.Dataset]] | None = None,
    name: str | None = None,
    criteria: str | Path | None = None,
    seed: int = 0,
) -> Scores:
    """Judge a model's rates against the spiking ones, population by population.

    Parameters
    ----------
    spiking
        Rates of the spiking model in single trials, four at the least.
    model
        Rates of the model under the same stimuli; another run of the spiking model
        is one as well, and its noise is taken out.
    sets
        Spiking rates and the model's under further sets of stimuli, by name:
        perturbations and task trials, groups ``sets/<name>/spiking`` and
        ``sets/<name>/rate_models`` of a run's rates.nc. Measures of sets that are
        not there are not asked.
    name
        What to call the model.
    criteria
        TOML file that replaces some of the thresholds; see ``v1bridge criteria``.
    seed
        Seed of the bootstrap: equal seeds give equal scores.

    Raises
    ------
    InputError
        If a dataset is none of ours, or the two do not belong together; or if no
        measure would read one of the sets.
    """
    if expect(seed, int, "score: seed") < 0:
        raise InputError(f"score: seed {seed}: must be 0 or more")
    check_together(spiking, model)
    reference, rates = reference_of(spiking), model_rates_of(model, name)
    pairs = {} if sets is None else expect_mapping(sets, "score: sets")
    for key, own in pairs.items():
        if len(expect(own, tuple, f"score: sets: {key}")) != 2:
            raise InputError(f"score: sets: {key} must be spiking rates and a model's")
        check_together(*own)
    reference = replace(
        reference, others={key: reference_of(own[0]) for key, own in pairs.items()}
    )
    check_sets(reference)
    rates = replace(
        rates, others={key: model_rates_of(own[1]) for key, own in pairs.items()}
    )
    path = None if criteria is None else Path(str(criteria))
    asked = load_criteria(path)
    rng = np.random.default_rng(seed)
    return score_model(prepare_reference(reference, asked, rng), rates, rng)
