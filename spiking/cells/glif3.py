"""GLIF3 with alpha synapses as exact propagators over one time step.

The model is that of the Allen Institute (Teeter et al. 2018) in the form of
NEST's ``glif_psc`` with after-spike currents and a constant threshold:

    C dV/dt = -g (V - E_L) + I_syn + ASC_1 + ASC_2 + I_injected
    dASC_j/dt = -k_j ASC_j
    I_syn = sum of alpha currents, peak w pA at tau_syn after arrival

Because everything between two spikes is linear, a step is a multiplication by
the matrix exponential (Rotter & Diesmann 1999, Biol. Cybern. 81:381). Rules at
the spike, all as in ``glif_psc``:

* a spike happens when V > V_th (strictly) at the end of a step; V becomes
  V_reset and stays there for ``ceil(t_ref / dt)`` further steps;
* after-spike currents do not decay step by step in that time; they are
  multiplied once, at the spike, by ``r_j exp(-k_j t_ref)`` (t_ref not rounded;
  r_j is ``asc_r``), and the amplitude is added after that;
* V sees the mean of an after-spike current over the step;
* synaptic currents go on during the refractory period.

GLIF1 (leaky integrate-and-fire) is the same with both amplitudes 0.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import expm

from bridge.arrays import FloatArray, IntArray
from bridge.column.cell_models import CellModels


@dataclass(frozen=True)
class Propagators:
    """One step of every cell model; arrays of shape ``(n_models,)`` and more.

    Currents are carried as the voltage they add in one step, which saves a
    multiplication each. An alpha current is carried as ``psp``, what it adds in
    the coming step, and ``rise``, the part of that which is due to its still
    undecayed rise: ``psp' = d psp + q rise`` and ``rise' = d rise``.

    Attributes
    ----------
    v_decay
        Voltage (relative to E_L) to itself.
    v_per_pa
        Voltage a constant current adds in a step, mV/pA.
    asc_decay, asc_refractory
        After-spike current over a step, and over a spike with its whole refractory
        period, ``(n_models, 2)``.
    asc_v_per_pa
        Voltage an after-spike current adds in the step that starts with it,
        mV/pA, ``(n_models, 2)``.
    syn_decay
        ``d`` above, ``(n_models, 4)``.
    syn_rise_to_psp
        ``q`` above, ``(n_models, 4)``.
    syn_rise_per_pa
        Rise (and psp) added by an arrival per pA of peak current, mV/pA,
        ``(n_models, 4)``.
    refractory_steps
        Steps in which the voltage is held, int64.
    """

    v_decay: FloatArray
    v_per_pa: FloatArray
    asc_decay: FloatArray
    asc_refractory: FloatArray
    asc_v_per_pa: FloatArray
    syn_decay: FloatArray
    syn_rise_to_psp: FloatArray
    syn_rise_per_pa: FloatArray
    refractory_steps: IntArray


def refractory_steps(t_ref_ms: FloatArray, dt_ms: float) -> IntArray:
    """Return ``ceil(t_ref / dt)``, counted in whole microseconds as NEST does.

    Times are rounded to 1 us first, so that 2.1 ms at 0.1 ms is 21 steps and
    not the 22 that floating point division would give.

    Parameters
    ----------
    t_ref_ms
        Refractory periods, ms.
    dt_ms
        Time step, ms.

    Returns
    -------
    ndarray of int64
        Number of steps after the spike in which the voltage is held.
    """
    ticks = np.round(np.asarray(t_ref_ms) * 1e3).astype(np.int64)
    step = round(dt_ms * 1e3)
    result: IntArray = -(-ticks // step)
    return result


def propagators(models: CellModels, dt_ms: float) -> Propagators:
    """Return the propagators of every cell model.

    Parameters
    ----------
    models
        The cell models.
    dt_ms
        Time step, ms.

    Returns
    -------
    Propagators
        One row per model.
    """
    tau_m_ms = models.c_m_pf / models.g_ns
    decay = -models.asc_decay_per_ms * dt_ms
    # d/dt (rise, current, voltage) for each model and receptor
    matrix = np.zeros((models.n_models, 4, 3, 3))
    matrix[..., 0, 0] = matrix[..., 1, 1] = -1.0 / models.tau_syn_ms
    matrix[..., 1, 0] = 1.0
    matrix[..., 2, 1] = (1.0 / models.c_m_pf)[:, None]
    matrix[..., 2, 2] = (-1.0 / tau_m_ms)[:, None]
    step = expm(matrix * dt_ms)
    syn_decay = np.exp(-dt_ms / models.tau_syn_ms)
    rise_to_current, rise_to_v, current_to_v = (
        step[..., 1, 0],
        step[..., 2, 0],
        step[..., 2, 1],
    )
    v_per_pa = -np.expm1(-dt_ms / tau_m_ms) / models.g_ns
    return Propagators(
        v_decay=np.exp(-dt_ms / tau_m_ms),
        v_per_pa=v_per_pa,
        asc_decay=np.exp(decay),
        asc_refractory=models.asc_r
        * np.exp(-models.asc_decay_per_ms * models.t_ref_ms[:, None]),
        asc_v_per_pa=np.expm1(decay) / decay * v_per_pa[:, None],
        syn_decay=syn_decay,
        syn_rise_to_psp=rise_to_current * current_to_v / rise_to_v,
        syn_rise_per_pa=np.e / models.tau_syn_ms * rise_to_v,
        refractory_steps=refractory_steps(models.t_ref_ms, dt_ms),
    )
