"""What one synaptic event does on average: charge and voltage variance."""

import numpy as np

from bridge.arrays import FloatArray


def alpha_current_per_hz(tau_syn_ms: FloatArray) -> FloatArray:
    r"""Return the mean current of a 1 Hz train of 1 pA (peak) alpha currents.

    The alpha kernel of NEST's ``glif_psc`` is :math:`(e t/\tau) e^{-t/\tau}`,
    of peak 1 at :math:`t=\tau` and area :math:`e\tau`.

    Parameters
    ----------
    tau_syn_ms
        Synaptic time constants, ms, any shape.

    Returns
    -------
    ndarray
        Mean current per weight and rate, pA per (pA Hz), same shape.
    """
    return np.e * np.asarray(tau_syn_ms, dtype=np.float64) / 1000.0


def alpha_variance_per_hz(
    tau_syn_ms: FloatArray, tau_m_ms: FloatArray, c_m_pf: FloatArray
) -> FloatArray:
    r"""Return the membrane variance of a 1 Hz train of 1 pA alpha currents.

    Campbell's theorem: a Poisson train of rate :math:`\nu` gives the free
    membrane potential the variance :math:`\nu\int_0^\infty V^2(t)\,dt`, with
    :math:`V` the response to one event (Papoulis 1991, Probability, Random
    Variables and Stochastic Processes, section 10-2). For an alpha current of
    peak 1 pA through :math:`C\dot V=-gV+I` Parseval's theorem gives

    .. math:: \int V^2 dt = \left(\frac{e\,\tau\,\tau_m}{C}\right)^2
              \frac{\tau + 2\tau_m}{4(\tau+\tau_m)^2}.

    Parameters
    ----------
    tau_syn_ms, tau_m_ms, c_m_pf
        Synaptic and membrane time constants (ms), capacitance (pF); shapes
        broadcast.

    Returns
    -------
    ndarray
        Variance per squared weight and rate, mV^2 per (pA^2 Hz).
    """
    peak = np.e * tau_syn_ms * tau_m_ms / c_m_pf
    shape = (tau_syn_ms + 2.0 * tau_m_ms) / (4.0 * (tau_syn_ms + tau_m_ms) ** 2)
    return np.asarray(peak**2 * shape / 1000.0)


def alpha_decorrelation_per_ms2(
    tau_syn_ms: FloatArray, tau_m_ms: FloatArray
) -> FloatArray:
    r"""Return how fast membrane noise from alpha currents changes, 1/ms^2.

    The variance of the velocity of the free membrane potential over its own
    variance. For a Poisson train both are Campbell's sums (Papoulis 1991,
    section 10-2) over the response :math:`V` to one event, and by Parseval's
    theorem

    .. math:: \frac{\int \dot V^2 dt}{\int V^2 dt}
              = \frac{1}{\tau(\tau + 2\tau_m)}.

    Parameters
    ----------
    tau_syn_ms, tau_m_ms
        Synaptic and membrane time constants, ms; shapes broadcast.
    """
    return np.asarray(1.0 / (tau_syn_ms * (tau_syn_ms + 2.0 * tau_m_ms)))
