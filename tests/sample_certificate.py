"""A certificate made up for tests: one that the gate lets through."""

from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import Scores
from bridge.files.hashing import content_hash
from bridge.files.provenance import software_versions
from bridge.rate_model import RateModel
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
from ratemodel.trials.input_config import InputConfig
from validation.experiment.sets.task_settings import task_settings
from validation.measures.criteria import load_criteria


def settings_of(tasks: TasksConfig, inputs: InputConfig) -> dict[str, Any]:
    """Return what makes trials of all tasks, with pixels and with the LGN's filters."""
    found = {}
    for use_lgn in (False, True):
        own = inputs.model_copy(update={"use_lgn": use_lgn})
        found |= task_settings(tasks, own, TASKS)
    return found


SETTINGS = settings_of(TasksConfig(), InputConfig())
PROTOCOL = {
    "calibration": ["steps"],
    "test": ["blank", "flash", "grating_0", "broadband_10", "broadband_100"],
    "tasks": [
        f"{task}_{word}_1"
        for task in ("orientation", "classification", "change")
        for word in ("pixels", "lgn")
    ],
    "task_settings": SETTINGS,
    "perturbations": ["e4_drive", "e4_suppress", "i4Pvalb_drive", "i4Pvalb_suppress"],
    "surround": "frozen",
    "duration_ms": 1500.0,
    "drop_ms": 500.0,
    "bin_ms": 10.0,
    "spiking_dt_ms": 0.1,
    "trials": {"per_seed": 20, "cap": 30, "enough": True},
    "seeds": [1, 2],
}
CONTROLS: dict[str, dict[str, Any]] = {
    "other_seed": {
        "model": None,
        "form": None,
        "strength": None,
        "expected": "pass",
        "is_required": True,
        "verdict": "strict",
        "seen": True,
    }
}


def sabotaged(model: RateModel) -> dict[str, Any]:
    """Return a sabotage of a model that was seen."""
    return {
        "model": model.name,
        "form": model.form,
        "strength": 0.3,
        "expected": "fail",
        "is_required": True,
        "verdict": "fail",
        "seen": True,
    }


def certificate_of(
    model: RateModel,
    column_hash: str,
    reduction_hash: str,
    verdict: str = "default",
    **changes: Any,
) -> Certificate:
    """Return a certificate, with other values where some are given."""
    scores = {
        "name": model.name,
        "model": model,
        "verdict": verdict,
        "firing": ("e4",),
        "judged": ("e4",),
        "populations": {},
        "classes": {},
    }
    criteria = changes.pop("criteria", load_criteria().model_dump(mode="json"))
    values = {
        "model": model,
        "dt_ms": model.dt_ms,
        "column_hash": column_hash,
        "reduction_hash": reduction_hash,
        "protocol": PROTOCOL,
        "criteria": criteria,
        "criteria_hash": content_hash(criteria),
        "controls": CONTROLS | {f"{model.name}/slow/0.3": sabotaged(model)},
        "reliable": True,
        "scores": Scores.model_validate(scores),
        "versions": software_versions(),
    }
    return Certificate.model_validate(values | changes)
