"""A response that runs backwards."""

import numpy as np

from bridge.arrays import FloatArray
from validation.experiment.sabotages.sabotage import Change, Sabotage


def reverse_time(rates_hz: FloatArray, bin_ms: float, window_ms: float) -> FloatArray:
    """Turn the response round within windows, one after the other.

    Parameters
    ----------
    rates_hz
        Rates, Hz, ``(n_stimuli, n_bins, 17)``.
    bin_ms
        Bin, ms.
    window_ms
        Width of the windows, ms, in whole bins and two at the least.
    """
    n_bins = rates_hz.shape[1]
    width = max(round(window_ms / bin_ms), 2)
    starts = range(0, n_bins, width)
    turned = [rates_hz[:, start : start + width][:, ::-1] for start in starts]
    return np.concatenate(turned, axis=1)


TIME_REVERSED = Sabotage(
    "time_reversed",
    "response reversed in time within windows of {:g} ms",
    (1000.0, 100.0, 20.0),
    lambda window_ms: Change(response=lambda r, b: reverse_time(r, b, window_ms)),
)
