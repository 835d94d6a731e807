"""Base of every section of a configuration, and its errors in one line."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

_PLAIN_WORDS = {
    "extra_forbidden": "unknown key",
    "missing": "is missing",
    "model_type": "must be a section with keys",
    "model_attributes_type": "must be a section with keys",
    "tuple_type": "must be a list",
    "too_short": "must have more items",
    "too_long": "must have fewer items",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "bool_type": "must be true or false",
    "string_type": "must be a text",
}


class Section(BaseModel):
    """A section: unknown keys, wrong types and NaN are errors; frozen once made."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False
    )


def as_tuple(value: Any) -> Any:
    """Return a list (as TOML has it) as a tuple, anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def one_line(error: ValidationError) -> str:
    """Return every problem of a configuration, with its key, in one line."""
    return "; ".join(
        f"{key(item['loc'])}: {reason(item)}"
        for item in error.errors(include_url=False)
    )


def key(location: Iterable[str | int]) -> str:
    """Return the dotted name of a key."""
    return ".".join(str(part) for part in location) or "configuration"


def reason(item: Any) -> str:
    """Return what is wrong with one key, in plain words.

    Parameters
    ----------
    item
        One of the errors that pydantic lists.
    """
    message = _PLAIN_WORDS.get(item["type"], str(item["msg"]))
    message = message.removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    value = item["input"]
    shown = repr(value)
    is_short = not isinstance(value, Mapping | BaseModel) and len(shown) <= 60
    if item["type"] in ("extra_forbidden", "missing") or not is_short:
        return message
    return f"{message} (got {shown})"
