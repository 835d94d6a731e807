"""First-order low-pass filters of a signal."""

import numpy as np
from scipy.signal import lfilter

from bridge.arrays import FloatArray


def low_pass(signal: FloatArray, tau_ms: float, dt_ms: float) -> FloatArray:
    """Filter a signal from rest.

    Parameters
    ----------
    signal
        Held constant during each sample, ``(n_samples, ...)``.
    tau_ms
        Time constant, ms.
    dt_ms
        Sample interval, ms.

    Returns
    -------
    ndarray
        State at the end of every sample, ``tau y' = x - y`` exactly, same shape; it
        starts at zero, as the networks do.
    """
    kept = np.exp(-dt_ms / tau_ms)
    filtered: FloatArray = lfilter([1.0 - kept], [1.0, -kept], signal, axis=0)
    return filtered
