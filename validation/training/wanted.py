"""What a training is about to use, as a certificate is asked for it."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.certificate.wanted import Wanted
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.files.provenance import software_versions
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from validation.config.train import TrainConfig
from validation.experiment.sets.task_settings import task_settings
from validation.measures.criteria import load_criteria

NEEDED_STIMULI = ("blank", "flash", "grating_0", "broadband_10", "broadband_100")
"""Test stimuli that every certificate must rest on, whatever the run left out."""


NEEDED_PERTURBED = ("e4", "i4Pvalb")
"""Populations into which a current must have judged, where a column has them: those
of the short form."""


def needed_perturbations(population: NDArray[np.integer]) -> tuple[str, ...]:
    """Return the perturbations that a certificate must rest on.

    Parameters
    ----------
    population
        Population of every cell, as an index into
        :data:`bridge.column.populations.POPULATIONS`.
    """
    there = set(np.unique(population).tolist())
    return tuple(
        f"{name}_{word}"
        for name in NEEDED_PERTURBED
        if POPULATIONS.index(name) in there
        for word in ("drive", "suppress")
    )


def trained_surround(surround: PoissonInput) -> str:
    """Return what the surround does in training: it is frozen, if there is one."""
    return "frozen" if surround.n_streams else "none"


def criteria_in_force(path: str | None) -> dict[str, Any]:
    """Return what is to decide: the built-in criteria, or a file's.

    Parameters
    ----------
    path
        TOML file, or None.

    Raises
    ------
    InputError
        If it cannot be used.
    """
    criteria = load_criteria(None if path is None else Path(path))
    return criteria.model_dump(mode="json")


def criteria_words(path: str | None) -> str:
    """Return what a message calls the criteria in force."""
    return "the built-in criteria" if path is None else path


def wanted_by(
    config: TrainConfig, model: RateModel, column_hash: str, found: RateParameters
) -> Wanted:
    """Return all that a certificate is held against before a training.

    Parameters
    ----------
    config
        The complete configuration.
    model
        The rate model.
    column_hash
        Hash of the column, with trained weights where those are the start.
    found
        Parameters of that column.

    Raises
    ------
    InputError
        If the file of criteria cannot be used.
    """
    return Wanted(
        model=model.by_population(found.population),
        column_hash=column_hash,
        reduction_hash=found.reduction_hash,
        criteria=criteria_in_force(config.model.criteria),
        criteria_called=criteria_words(config.model.criteria),
        stimuli=NEEDED_STIMULI,
        perturbations=needed_perturbations(found.population),
        tasks=task_settings(config.tasks, config.input, config.tasks.tasks),
        surround=trained_surround(found.surround),
        versions=software_versions(),
    )
