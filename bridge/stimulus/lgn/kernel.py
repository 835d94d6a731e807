r"""Temporal kernels of LGN cells: two raised-cosine bumps in logarithmic time.

After the filters of FilterNet (Dai et al. 2020, PLoS Comput Biol 16:e1008386),
whose basis is that of Pillow et al. 2008 (Nature 454:995-999) with another
spacing. A bump that peaks at :math:`p` is, at lag :math:`\tau`,

.. math::

    B(\tau) = \tfrac12 \left[1 + \cos \mathrm{clip}\left(
        \frac{\pi}{2 \delta} \ln\frac{\tau + b}{p}, -\pi, \pi\right)\right],
    \qquad \delta = \ln\frac{200 + b}{100 + b}, \quad b = 0.3\,\text{ms},

sampled every millisecond from 1 to 600 ms, scaled to a sum of squares of 1 and
shifted by its delay in whole milliseconds. Entry ``j`` of a kernel weighs the
contrast of the millisecond that lies ``j`` milliseconds back; entry 0, the
current one, holds the bump at 1 ms, as FilterNet's does.
"""

import numpy as np

from bridge.arrays import FloatArray, IntArray

OFFSET_MS = 0.3
"""The constant b, ms."""

SPACING = float(np.log((200.0 + OFFSET_MS) / (100.0 + OFFSET_MS)))
"""Half of a bump's half width, in units of ln(ms)."""

SUPPORT_MS = 600
"""Longest lag of a bump before its delay, ms."""


def raised_cosine_kernels(
    weight: FloatArray, peak_ms: FloatArray, delay_ms: FloatArray
) -> FloatArray:
    """Return kernels of two weighted, delayed bumps.

    Parameters
    ----------
    weight
        Weights of the bumps, ``(n, 2)``.
    peak_ms, delay_ms
        Peaks and delays, ms, ``(n, 2)``. Fractions of a millisecond of a delay
        are cut off, as in FilterNet.

    Returns
    -------
    ndarray
        ``(n, n_lags)``, one entry per millisecond, in the unit of the weights.
    """
    delay = np.floor(delay_ms)
    n_lags = SUPPORT_MS + int(delay.max(initial=0.0))
    kernels = np.zeros((weight.shape[0], n_lags))
    for k in range(weight.shape[1]):
        lag = np.arange(1, n_lags + 1) - delay[:, k, None]
        inside = (lag >= 1.0) & (lag <= SUPPORT_MS)
        log_time = np.log(np.maximum(lag, 1.0) + OFFSET_MS)
        phase = (log_time - np.log(peak_ms[:, k, None])) * (np.pi / (2.0 * SPACING))
        bump = 0.5 * (1.0 + np.cos(np.clip(phase, -np.pi, np.pi))) * inside
        norm = np.sqrt((bump**2).sum(axis=1, keepdims=True))
        kernels += weight[:, k, None] * bump / norm
    return kernels


def zero_crossing(kernels: FloatArray) -> IntArray:
    """Return the first lag behind the peak at which each kernel is negative.

    Parameters
    ----------
    kernels
        Kernels that turn from positive to negative, ``(n, n_lags)``.

    Returns
    -------
    ndarray
        Lags, ms, ``(n,)``.
    """
    lags = np.arange(kernels.shape[1])
    behind = lags > kernels.argmax(axis=1)[:, None]
    return np.asarray(np.argmax(behind & (kernels < 0.0), axis=1), dtype=np.int64)
