"""A certificate made up for tests: one that the gate lets through."""

from typing import Any

from bridge.certificate.certificate import Certificate
from bridge.certificate.scores import Scores
from bridge.files.hashing import content_hash
from bridge.files.provenance import software_versions
from bridge.rate_model import RateModel
from validation.measures.criteria import load_criteria

PROTOCOL = {
    "calibration": ["steps"],
    "test": ["blank", "flash", "grating_0", "broadband_10", "broadband_100"],
    "tasks": [
        f"{task}_{word}_1"
        for task in ("orientation", "classification", "change")
        for word in ("pixels", "lgn")
    ],
    "trials": {"per_seed": 20, "cap": 30, "enough": True},
    "seeds": [1, 2],
}
CONTROLS = {
    "other_seed": {
        "strength": None,
        "expected": "pass",
        "is_required": True,
        "verdict": "strict",
        "seen": True,
    }
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
        "controls": CONTROLS,
        "reliable": True,
        "scores": Scores.model_validate(scores),
        "versions": software_versions(),
    }
    return Certificate.model_validate(values | changes)
