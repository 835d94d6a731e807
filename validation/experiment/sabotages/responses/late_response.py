"""A response that comes too late."""

import numpy as np

from bridge.arrays import FloatArray
from validation.experiment.sabotages.sabotage import Change, Sabotage


def delay_response(rates_hz: FloatArray, bin_ms: float, delay_ms: float) -> FloatArray:
    """Shift the response, rates between bins taken on straight lines.

    The first value stands for what came before it.
    """
    whole, part = divmod(delay_ms / bin_ms, 1.0)
    n_bins = rates_hz.shape[1]

    def earlier(n: int) -> FloatArray:
        return rates_hz[:, np.maximum(np.arange(n_bins) - n, 0)]

    return (1.0 - part) * earlier(int(whole)) + part * earlier(int(whole) + 1)


RESPONSE_LATE = Sabotage(
    "response_late",
    "response {:g} ms late",
    (20.0, 5.0, 1.0),
    lambda delay_ms: Change(response=lambda r, b: delay_response(r, b, delay_ms)),
)
