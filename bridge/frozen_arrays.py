"""Arrays that nobody changes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def frozen(array: Any, dtype: Any) -> NDArray[Any]:
    """Return a copy of an array that cannot be written to."""
    result: NDArray[Any] = np.array(array, dtype=dtype, order="C")
    result.setflags(write=False)
    return result
