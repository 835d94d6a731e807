"""Aliases of arrays by the type of their numbers."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
