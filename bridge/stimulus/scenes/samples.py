"""The samples of a stimulus in time."""

import math

import numpy as np

from bridge.arrays import FloatArray
from bridge.errors import InputError


def sample_times(duration_ms: float, dt_ms: float) -> FloatArray:
    """Return the middle of every sample, ms, ``(n_samples,)``.

    Raises
    ------
    InputError
        If the duration is not a positive multiple of ``dt_ms``.
    """
    n = round(duration_ms / dt_ms)
    if n < 1 or not math.isclose(n * dt_ms, duration_ms):
        raise InputError(
            f"stimulus: duration {duration_ms} ms is not a multiple of dt {dt_ms} ms"
        )
    return np.asarray((np.arange(n) + 0.5) * dt_ms, dtype=np.float64)
