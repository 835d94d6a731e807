"""Base of every section of a configuration, and its errors in one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, ValidationError

from bridge.errors import InputError

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

    @classmethod
    def parse(cls, content: Mapping[str, Any], where: str) -> Self:
        """Check a configuration and fill in the defaults.

        Parameters
        ----------
        content
            Sections and keys as in a TOML file.
        where
            What to call the source in an error message.

        Raises
        ------
        InputError
            One line that names every unknown key and every bad value.
        """
        try:
            return cls.model_validate(dict(content))
        except ValidationError as error:
            raise InputError(f"{where}: {cls.in_one_line(error)}") from None

    @classmethod
    def in_one_line(cls, error: ValidationError) -> str:
        """Return every problem, with the key as a file has it, in one line."""
        return one_line(error)


@dataclass(frozen=True)
class OneOf:
    """Allows a text to be one of some names: ``Annotated[str, OneOf(names)]``.

    Attributes
    ----------
    names
        The names, as a list in the code gives them.
    """

    names: tuple[str, ...]

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> Any:
        """Return what pydantic makes of a ``Literal`` of the names."""
        return handler.generate_schema(Literal[self.names])


def as_tuple(value: Any) -> Any:
    """Return a list (as TOML has it) as a tuple, anything else as it is."""
    return tuple(value) if isinstance(value, list) else value


def as_distinct(value: Any, *, empty: str, twice: str) -> Any:
    """Return a list as a tuple of at least one item, none of them twice.

    Parameters
    ----------
    value
        What the configuration says; anything but a list is left to its type.
    empty, twice
        What to say of a list without items, and of one that repeats one.

    Raises
    ------
    ValueError
        For pydantic, with these words.
    """
    value = as_tuple(value)
    if isinstance(value, tuple) and not value:
        raise ValueError(empty)
    if isinstance(value, tuple) and len(set(map(repr, value))) < len(value):
        raise ValueError(twice)
    return value


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
