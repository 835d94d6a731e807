"""Arguments of the wrong kind, said in one line."""

from collections.abc import Mapping
from math import isfinite
from typing import Any, TypeVar

from bridge.errors import InputError

T = TypeVar("T")


def expect(value: Any, kind: type[T], name: str) -> T:
    """Return a value that is of a kind.

    Parameters
    ----------
    value
        The value of an argument.
    kind
        What it has to be.
    name
        What the message calls it, such as ``"simulate: column"``.

    Raises
    ------
    InputError
        If it is something else.
    """
    if not isinstance(value, kind):
        raise InputError(
            f"{name} must be a {kind.__name__}, not {type(value).__name__}"
        )
    return value


def expect_mapping(value: Any, name: str) -> Mapping[str, Any]:
    """Return keys and values.

    Raises
    ------
    InputError
        If it is something else.
    """
    if not isinstance(value, Mapping):
        raise InputError(f"{name} must hold keys, not {value!r}")
    return value


def expect_number(value: Any, name: str) -> float:
    """Return a finite number.

    Raises
    ------
    InputError
        If it is none.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not isfinite(value):
        raise InputError(f"{name} must be a number, not {value!r}")
    return float(value)


def expect_list(value: Any, kind: type[T], name: str) -> list[T]:
    """Return one thing, or several, as a list.

    Raises
    ------
    InputError
        If there is none, or one of them is something else.
    """
    if isinstance(value, kind):
        return [value]
    if not isinstance(value, list | tuple) or not value:
        raise InputError(
            f"{name} must be a {kind.__name__} or several, not {type(value).__name__}"
        )
    return [expect(each, kind, name) for each in value]
