"""Numbers as a configuration file may have them."""

import math
from typing import Any, TypeGuard


def is_finite_number(value: Any) -> TypeGuard[int | float]:
    """Say whether a value is a number that a float can hold.

    A whole number of a TOML file may be larger than any float.
    """
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
