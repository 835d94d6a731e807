"""Delays in whole time steps."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.errors import InputError


def delay_in_steps(delay_ms: FloatArray, dt_ms: float) -> NDArray[np.int32]:
    """Return delays in time steps, rounded as NEST rounds them: halves upward.

    Parameters
    ----------
    delay_ms
        Delays, ms.
    dt_ms
        Time step, ms.

    Returns
    -------
    ndarray
        Steps, at least 1.

    Raises
    ------
    InputError
        If a delay is shorter than half a step: a spike cannot arrive in the step
        that sends it.
    """
    # Times 1 / dt, not divided by dt: 0.35 ms are 3.5 steps of 0.1 ms, so 4.
    steps = np.floor(delay_ms * (1.0 / dt_ms) + 0.5)
    if steps.size and steps.min() < 1.0:
        raise InputError(
            f"a delay of {delay_ms.min():g} ms is shorter than half a time step of "
            f"{dt_ms:g} ms; choose a smaller dt_ms"
        )
    return steps.astype(np.int32)
