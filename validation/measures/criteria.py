"""The criteria: what every measure asks, put together and read from files."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import tomli_w
from pydantic import ValidationError, create_model

from bridge.certificate.scores import TIERS
from bridge.errors import InputError
from bridge.files.toml_file import read_toml
from validation.criteria.criteria import Criteria, TierCriteria, Tiers
from validation.criteria.threshold import Limits
from validation.measures.registry import measures
from validation.measuring.contract import AnyMeasure

SETTINGS = Path(__file__).parents[1] / "criteria" / "criteria.toml"
"""Settings that belong to no measure."""


@cache
def criteria_type(chosen: tuple[AnyMeasure, ...]) -> type[Criteria]:
    """Return the class of the criteria of some measures."""
    sections: dict[str, list[type[Limits]]] = {}
    for measure in chosen:
        kinds = sections.setdefault(measure.section, [])
        kinds.append(type(measure.limits["default"]))
    fields: dict[str, Any] = {
        name: (create_model(f"{name}_limits", __base__=tuple(reversed(kinds))), ...)
        for name, kinds in sections.items()
    }
    tier = create_model("TierCriteria", __base__=TierCriteria, **fields)
    of_tier: Any = (tier, ...)
    tiers = create_model("Tiers", __base__=Tiers, **dict.fromkeys(TIERS, of_tier))
    return create_model("Criteria", __base__=Criteria, tiers=(tiers, ...))


def default_limits(chosen: tuple[AnyMeasure, ...]) -> dict[str, Any]:
    """Return what measures ask unless told otherwise: by tier, section and key."""
    limits: dict[str, Any] = {}
    for tier in TIERS:
        sections: dict[str, Any] = limits.setdefault(tier, {})
        for measure in chosen:
            section = sections.setdefault(measure.section, {})
            section |= measure.limits[tier].model_dump()
    return limits


def load_criteria(path: Path | None = None) -> Criteria:
    """Load the criteria, with the user's changes where a file is given.

    Parameters
    ----------
    path
        TOML file with any part of the entries that ``v1bridge criteria`` prints;
        each entry it names replaces the built-in one, value and reason together.

    Returns
    -------
    Criteria
        Frozen criteria.

    Raises
    ------
    InputError
        If the file cannot be read, a key is unknown, or a value is missing, not
        finite or out of range; all problems are named, with their paths.
    """
    chosen = measures()
    content = read_toml(SETTINGS) | {"tiers": default_limits(chosen)}
    if path is not None:
        content = _merge(content, read_toml(path))
    try:
        return criteria_type(chosen).model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_describe(e) for e in error.errors())
        raise InputError(f"{path or SETTINGS.name}: {problems}") from None


def criteria_toml(criteria: Criteria) -> str:
    """Return criteria as TOML; :func:`load_criteria` reads it back."""
    return tomli_w.dumps(criteria.model_dump(mode="json"))


def _merge(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        # A threshold is replaced whole: an old reason must not vouch for a new value.
        is_group = isinstance(old, dict) and "reason" not in old
        if is_group and isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def _describe(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "unknown key"
    elif error["type"] == "missing":
        message = "is missing"
    return f"{where}: {message}"
