"""Options that a list in the code gives a command."""

import inspect
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any


def listed_options(
    into: str, options: Mapping[str, Any]
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Return a decorator that puts options in the place of one parameter.

    The command gets the parameter as a dictionary of the options that were given.

    Parameters
    ----------
    into
        Name of the parameter.
    options
        Annotated type of each option, by the name that a parameter would have.
    """

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        @wraps(command)
        def called(**values: Any) -> None:
            found = {name: values.pop(name) for name in options}
            given = {k: value for k, value in found.items() if value is not None}
            command(**values, **{into: given})

        # typer reads the options from the signature
        called.__signature__ = _replaced(  # type: ignore[attr-defined]
            inspect.signature(command), into, options
        )
        return called

    return decorate


def _replaced(
    signature: inspect.Signature, into: str, options: Mapping[str, Any]
) -> inspect.Signature:
    listed = [
        inspect.Parameter(
            name, inspect.Parameter.POSITIONAL_OR_KEYWORD, default=None, annotation=kind
        )
        for name, kind in options.items()
    ]
    parameters: list[inspect.Parameter] = []
    for name, parameter in signature.parameters.items():
        parameters += listed if name == into else [parameter]
    return signature.replace(parameters=parameters)
