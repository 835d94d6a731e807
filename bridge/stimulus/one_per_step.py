"""Spikes on a time grid on which a source fires at most once per step."""

import numpy as np
from numpy.typing import NDArray


def one_per_step(
    step: NDArray[np.integer], source: NDArray[np.integer], n_steps: int
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Sort spikes and move a second one of a source in a step to the next step.

    Parameters
    ----------
    step, source
        Step and source of each spike, any order.
    n_steps
        Spikes pushed to this step or beyond are dropped.

    Returns
    -------
    step, source : ndarray
        Sorted by step, then source, int32.
    """
    stride = int(source.max(initial=0)) + 1
    code = np.sort(step.astype(np.int64) * stride + source)
    while True:
        again = np.flatnonzero(code[1:] == code[:-1]) + 1
        if again.size == 0:
            break
        code[again] += stride
        code.sort()
    code = code[code < n_steps * stride]
    return (code // stride).astype(np.int32), (code % stride).astype(np.int32)
