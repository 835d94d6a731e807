"""Transfer functions from theory: Siegert with coloured noise, and noise-free."""

from collections.abc import Callable

import numpy as np
from scipy.special import erfcx, zeta

from bridge.arrays import FloatArray

RateFunction = Callable[[FloatArray], FloatArray]

COLOURED_NOISE_ALPHA = float(np.sqrt(2.0) * abs(zeta(0.5)))
"""sqrt(2) |zeta(1/2)| = 2.065 (Fourcaud & Brunel 2002, Neural Computation 14)."""

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_UPPER = 12.0
_PIECES = 4


def siegert_rate_hz(
    mean_mv: FloatArray,
    sigma_mv: FloatArray,
    *,
    v_th_mv: FloatArray,
    v_reset_mv: FloatArray,
    tau_m_ms: FloatArray,
    t_ref_ms: FloatArray,
    tau_syn_ms: FloatArray | float = 0.0,
) -> FloatArray:
    r"""Return the stationary rate of a leaky integrate-and-fire cell.

    .. math:: \frac1r = t_{ref} + \tau_m\sqrt\pi
              \int_{y_r}^{y_\theta} e^{u^2}(1+\operatorname{erf}u)\,du,\quad
              y = \frac{V-\mu}{\sqrt2\,\sigma} + \frac\alpha2\sqrt{\tau_s/\tau_m}

    Siegert (1951, Phys. Rev. 81); the shift for synaptic filtering is that of
    Fourcaud & Brunel (2002, Neural Computation 14, eq. 4.33).

    Assumptions: Gaussian input, sqrt(tau_s / tau_m) well below 1 (NNMT warns
    above 0.316; the Allen column lies at 0.4 to 1.1), no after-spike currents.

    Parameters
    ----------
    mean_mv, sigma_mv
        Mean and standard deviation of the free membrane potential, mV.
    v_th_mv, v_reset_mv
        Threshold and reset, mV, on the same origin as the mean.
    tau_m_ms, t_ref_ms, tau_syn_ms
        Membrane, refractory and synaptic time constants, ms.

    Returns
    -------
    ndarray
        Rate, Hz, in the broadcast shape of the arguments.
    """
    shift = 0.5 * COLOURED_NOISE_ALPHA * np.sqrt(np.asarray(tau_syn_ms) / tau_m_ms)
    spread = np.sqrt(2.0) * sigma_mv
    upper = (v_th_mv - mean_mv) / spread + shift
    lower = (v_reset_mv - mean_mv) / spread + shift
    top = np.minimum(upper, _UPPER)
    bottom = np.minimum(lower, top)
    # 1 / |u| tail far below zero: integrate on a logarithmic grid of pieces
    total = np.zeros(np.broadcast_shapes(np.shape(top), np.shape(bottom)))
    span = np.log1p(top - bottom)
    for piece in range(_PIECES):
        low, high = span * piece / _PIECES, span * (piece + 1) / _PIECES
        half = 0.5 * (high - low)
        for node, weight in zip(_NODES, _WEIGHTS, strict=True):
            s = low + half * (node + 1.0)
            total += weight * half * erfcx(-(top - np.expm1(s))) * np.exp(s)
    period = t_ref_ms + tau_m_ms * np.sqrt(np.pi) * total
    return np.where(upper > _UPPER, 0.0, 1000.0 / period)


def noise_free_rate_hz(
    mean_mv: FloatArray,
    *,
    v_th_mv: FloatArray,
    v_reset_mv: FloatArray,
    tau_m_ms: FloatArray,
    t_ref_ms: FloatArray,
) -> FloatArray:
    r"""Return the rate of a leaky integrate-and-fire cell without noise.

    :math:`1/r = t_{ref} + \tau_m\ln\frac{\mu-V_r}{\mu-V_\theta}` above threshold,
    0 below (Gerstner et al. 2014, Neuronal Dynamics, eq. 1.39 and 5.2). All
    arguments as in :func:`siegert_rate_hz`. It misses every spike that
    fluctuations cause: a reference, not a model of the column.
    """
    above = mean_mv > v_th_mv
    gap = np.where(above, mean_mv - v_th_mv, 1.0)
    period = t_ref_ms + tau_m_ms * np.log1p((v_th_mv - v_reset_mv) / gap)
    return np.where(above, 1000.0 / period, 0.0)


def self_consistent_rate_hz(
    rate: RateFunction,
    mean_pa: FloatArray,
    feedback_pa_per_hz: FloatArray,
    *,
    max_rate_hz: FloatArray,
) -> FloatArray:
    """Solve ``r = rate(mean + feedback r)``, the lowest solution.

    With negative feedback there is one solution, found by bisection. With positive
    feedback the iteration from silence rises to the lowest of them.

    Parameters
    ----------
    rate
        Rate (Hz) of a mean input (pA), rising with it.
    mean_pa
        Input without feedback, pA.
    feedback_pa_per_hz
        Mean after-spike current per rate, ``sum(amp / k) / 1000``, pA/Hz.
    max_rate_hz
        Upper end of the search, Hz.
    """
    low = np.zeros_like(mean_pa)
    high = np.broadcast_to(max_rate_hz, mean_pa.shape).astype(np.float64)
    rising = np.zeros_like(mean_pa)
    has_rise = bool((feedback_pa_per_hz > 0.0).any())
    for _ in range(40):
        middle = 0.5 * (low + high)
        over = rate(mean_pa + feedback_pa_per_hz * middle) < middle
        high = np.where(over, middle, high)
        low = np.where(over, low, middle)
        if has_rise:
            rising = rate(mean_pa + feedback_pa_per_hz * rising)
            rising = np.minimum(rising, max_rate_hz)
    return np.where(feedback_pa_per_hz > 0.0, rising, 0.5 * (low + high))
