"""Kernels of LGN subunits summed over the time that still pictures are shown."""

from collections.abc import Sequence

import numpy as np

from bridge.arrays import FloatArray


def still_taps(
    kernel: FloatArray, durations_ms: Sequence[float], step_ms: int
) -> FloatArray:
    """Return the weight of every picture in every output step.

    A picture shown during the milliseconds ``a`` to ``b - 1`` weighs, in
    millisecond ``m``, the kernel summed over lags ``m - b + 1`` to ``m - a``; a
    step takes the mean over its milliseconds.

    Parameters
    ----------
    kernel
        ``(n_subunits, n_lags)``, one entry per millisecond.
    durations_ms
        How long each picture is shown, one after the other, ms; whole numbers.
    step_ms
        Duration of an output step, ms.

    Returns
    -------
    ndarray
        ``(n_subunits, n_steps, n_pictures)``.
    """
    n_subunits, n_lags = kernel.shape
    summed = np.zeros((n_subunits, n_lags + 1))
    np.cumsum(kernel, axis=1, out=summed[:, 1:])
    edges = np.rint(np.append(0.0, np.cumsum(durations_ms))).astype(np.int64)
    since_edge = np.arange(1, edges[-1] + 1)[:, None] - edges
    upto = summed[:, np.clip(since_edge, 0, n_lags)]
    each = upto[..., :-1] - upto[..., 1:]
    return np.asarray(
        each.reshape(n_subunits, -1, step_ms, len(durations_ms)).mean(axis=2)
    )
