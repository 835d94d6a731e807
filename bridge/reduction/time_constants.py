"""Time constants of the rate model: tau_s from the data, tau_r sampled."""

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.moments.inputs import receptor_gains


def single_pole_tau_s_ms(column: Column, rate_hz: FloatArray) -> FloatArray:
    """Return one synaptic time constant per cell, ms, ``(n_cells,)``.

    An alpha kernel has the mean delay 2 tau; a single pole with tau_s = 2 tau
    has the same delay and area. A cell with several receptors takes their mean,
    weighted by the absolute charge that arrives through each recurrent
    connection at ``rate_hz``, ``(n_cells,)``.
    """
    gain, _ = receptor_gains(column)
    edges = column.recurrent
    charge = np.abs(edges.weight_pa) * gain[edges.target, edges.receptor]
    charge = charge * np.maximum(rate_hz[edges.source], 1e-3)
    weight = np.zeros((column.n_cells, gain.shape[1]))
    np.add.at(weight, (edges.target, edges.receptor), charge)
    tau = column.model_values("tau_syn_ms")
    total = weight.sum(axis=1)
    plain = tau.mean(axis=1)
    mean = (weight * tau).sum(axis=1) / np.where(total > 0.0, total, 1.0)
    return 2.0 * np.where(total > 0.0, mean, plain)


def sample_tau_r_ms(tau_s_ms: FloatArray, seed: int) -> FloatArray:
    """Draw tau_r of every cell from the distribution of tau_s, ms.

    Raises
    ------
    InputError
        If a tau_s is not positive.
    """
    if (tau_s_ms <= 0.0).any():
        raise InputError("tau_r: a tau_s is not positive")
    rng = np.random.default_rng(seed)
    return np.asarray(rng.choice(tau_s_ms, size=tau_s_ms.size, replace=True))


def with_sampled_tau_r(model: RateModel, tau_s_ms: FloatArray, seed: int) -> RateModel:
    """Return a model whose tau_r is drawn from tau_s, cell by cell (Chen 2024).

    Parameters
    ----------
    model
        Variant, extensions and step.
    tau_s_ms
        Of the column's cells, ms, ``(n_cells,)``.
    seed
        Seed of the draw; equal seeds and tau_s give equal tau_r.

    Raises
    ------
    InputError
        If a tau_s is not positive.
    """
    return model.with_drawn_tau_r(sample_tau_r_ms(tau_s_ms, seed), seed)
