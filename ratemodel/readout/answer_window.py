"""The time during which a network's answer counts."""

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError


def answer_weights(
    answer_ms: tuple[float, float], bin_ms: float, n_bins: int
) -> NDArray[np.float32]:
    """Return the weight of every bin in a trial's mean rate.

    Parameters
    ----------
    answer_ms
        Start and stop of the answer window, ms.
    bin_ms
        Duration of a bin, ms; bin ``k`` is ``[k bin, (k + 1) bin)``.
    n_bins
        Number of bins of the run.

    Returns
    -------
    ndarray
        ``(n_bins,)``; sums to 1.

    Raises
    ------
    InputError
        If the window does not consist of whole bins, or ends after the run.
    """
    edges = np.array(answer_ms) / bin_ms
    start, stop = np.rint(edges).astype(np.int64)
    if not np.allclose(edges, (start, stop), rtol=0.0, atol=1e-6):
        raise InputError(
            f"answer window {answer_ms[0]:g} to {answer_ms[1]:g} ms: not whole time "
            f"steps of {bin_ms:g} ms"
        )
    if stop > n_bins:
        raise InputError(
            f"answer window: ends at {answer_ms[1]:g} ms, the run at "
            f"{n_bins * bin_ms:g} ms"
        )
    weights = np.zeros(n_bins, dtype=np.float32)
    weights[start:stop] = 1.0 / (stop - start)
    return weights
