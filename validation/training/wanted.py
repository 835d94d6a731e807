"""What a training is about to use, as a certificate is asked for it."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bridge.certificate.wanted import Wanted
from bridge.files.provenance import software_versions
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from validation.config.train import TrainConfig
from validation.measures.criteria import load_criteria

NEEDED_STIMULI = ("blank", "flash", "grating_0", "broadband_10", "broadband_100")
"""Test stimuli that every certificate must rest on, whatever the run left out."""


def task_names(tasks: Iterable[str], use_lgn: bool) -> tuple[str, ...]:
    """Return the names of task trials in a protocol: ``"change_pixels"``.

    Parameters
    ----------
    tasks
        Names of tasks.
    use_lgn
        Whether the screen is seen through LGN filters.
    """
    return tuple(f"{name}_{'lgn' if use_lgn else 'pixels'}" for name in tasks)


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
        tasks=task_names(config.tasks.tasks, config.input.use_lgn),
        versions=software_versions(),
    )
