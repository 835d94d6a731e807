"""Arrays that nobody changes."""

from typing import Any

import numpy as np

from bridge.arrays import AnyArray


def frozen(array: Any, dtype: Any) -> AnyArray:
    """Return a copy of an array that cannot be written to."""
    result: AnyArray = np.array(array, dtype=dtype, order="C")
    result.setflags(write=False)
    return result
