"""The membrane form's answer to a current step against simulated LIF cells."""

import numpy as np
import pytest
import torch

from bridge.reduction.transfer.fit import fit_transfer
from ratemodel.cells.membrane import Membrane
from ratemodel.cells.transfer import TorchTransfer

pytestmark = pytest.mark.agreement

TAU_M, TAU_SYN, LEAK, THRESHOLD, RESET = 20.0, 5.5, 5.0, 15.0, 0.0
SIGMA, DT, N_CELLS, T_REF = 4.0, 0.1, 8000, 2.0
BEFORE_PA, AFTER_PA = 45.0, 75.0  # the mean potential goes from 9 mV to threshold


def _simulate(mean_pa, n_cells, seed):
    """Return spikes per cell and step of LIF cells with alpha-filtered noise."""
    rng = np.random.default_rng(seed)
    decay, leak = np.exp(-DT / TAU_SYN), np.exp(-DT / TAU_M)
    # the free potential's standard deviation, by the same three filters
    kernel = np.zeros(6000)
    x1 = x2 = v = 0.0
    for k in range(kernel.size):
        x1 = decay * x1 + (1.0 if k == 0 else 0.0)
        x2 = decay * x2 + (1.0 - decay) * x1
        v = leak * v + (1.0 - leak) * x2
        kernel[k] = v
    scale = SIGMA / np.sqrt((kernel**2).sum())
    x1, x2 = np.zeros(n_cells), np.zeros(n_cells)
    v, held = np.full(n_cells, mean_pa[0] / LEAK), np.zeros(n_cells)
    counts = np.zeros(len(mean_pa))
    for k, mean in enumerate(mean_pa):
        x1 = decay * x1 + scale * rng.standard_normal(n_cells)
        x2 = decay * x2 + (1.0 - decay) * x1
        moved = leak * v + (1.0 - leak) * (mean / LEAK + x2)
        v = np.where(held > 0.5, RESET, moved)
        held = np.maximum(held - 1.0, 0.0)
        spikes = v > THRESHOLD
        v[spikes], held[spikes] = RESET, T_REF / DT
        counts[k] = spikes.sum()
    return counts / n_cells


def _fitted_transfer():
    levels = np.linspace(30.0, 95.0, 14)
    # 200 cells x 2 s, the first 200 ms left out
    rates = [
        _simulate(np.full(20000, level), 200, seed)[2000:].mean() / DT * 1e3
        for seed, level in enumerate(levels)
    ]
    one = np.ones(1)
    function, _ = fit_transfer(
        levels[None],
        np.full((1, levels.size), SIGMA),
        np.array([rates]),
        duration_s=360.0,
        sigma_ref_mv=SIGMA * one,
        scale_pa=LEAK * SIGMA * one,
        centre_pa=LEAK * THRESHOLD * one,
        t_ref_ms=T_REF * one,
    )
    return TorchTransfer.from_numpy(function, torch.float64, torch.device("cpu"))


def test_onset_of_a_current_step_is_that_of_leaky_integrate_and_fire_cells():
    transfer = _fitted_transfer()
    mean = np.repeat([BEFORE_PA, AFTER_PA], [2000, 1000])
    spiking = _simulate(mean, N_CELLS, 99).reshape(-1, 20).mean(1) / DT * 1e3
    one = np.ones(1)
    membrane = Membrane.from_arrays(
        TAU_M * one,
        LEAK * one,
        THRESHOLD * one,
        TAU_SYN * one[None],
        DT,
        torch.float64,
        torch.device("cpu"),
    )
    variance = torch.full((1, 1, 1), SIGMA**2, dtype=torch.float64)
    level = [torch.full((1, 1), pa, dtype=torch.float64) for pa in mean]
    states, rates = membrane.steady(level[0], variance), []
    for now in level:
        crossings = membrane.crossings(transfer, states, now, variance)
        rates.append(float(crossings.rate))
        states = membrane.step(states, now, variance, crossings)
    model = np.reshape(rates, (-1, 20)).mean(1)
    at_once = np.where(
        np.arange(model.size) < 100,
        float(transfer(level[0], variance[0])),
        float(transfer(level[-1], variance[0])),
    )
    after = slice(100, 125)  # 50 ms from the step on, bins of 2 ms

    def error(rate):
        return np.sqrt(((rate - spiking)[after] ** 2).mean()) / spiking[after].mean()

    # 8,000 cells at about 25 Hz: 400 spikes and 5 % noise in a bin
    assert error(model) < 0.2
    assert error(model) < 0.6 * error(at_once)
