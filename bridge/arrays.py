"""Aliases of arrays by the type of their numbers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""Numbers in double precision: what everything computes in."""

FloatingArray = NDArray[np.floating]
"""Numbers in any floating-point precision."""

IntArray = NDArray[np.int64]
"""Whole numbers: counts and indices."""

BoolArray = NDArray[np.bool_]
"""Yes or no per element."""

AnyArray = NDArray[Any]
"""An array whose type is not known before it is read."""
