"""The variance of the input: Campbell's sum, and how it is filtered."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network
from scipy.integrate import quad

from bridge.column.edges import Edges
from bridge.reduction.moments.kernels import alpha_current_per_hz, alpha_variance_per_hz
from bridge.reduction.transfer.function import TransferFunction
from bridge.stimulus.stimulus import Stimulus

TAU_SYN, TAU_M, C_M, WEIGHT, RATE = 5.5, 20.0, 100.0, 60.0, 30.0


def membrane_variance(tau_syn: float, weight: float, rate_hz: float) -> float:
    """Campbell's theorem by quadrature of the response to one event."""

    def squared(t):
        # V(t) = int alpha(s) exp(-(t - s) / tau_m) ds / C by variation of constants
        d = 1 / tau_syn - 1 / TAU_M
        inner = (1 - (1 + d * t) * np.exp(-d * t)) / d**2
        return (weight * np.e / tau_syn / C_M * np.exp(-t / TAU_M) * inner) ** 2

    return rate_hz / 1000 * quad(squared, 0, 400, limit=200)[0]


def one_cell(make_cells):
    tau = np.full((1, 4), TAU_SYN)
    one = np.ones(1)
    law = TransferFunction(
        gain=0.3 * one,
        threshold_pa=60.0 * one,
        width_pa=15.0 * one,
        power=1.2 * one,
        sigma_ref_mv=3.0 * one,
        threshold_slope_pa=-12.0 * one,
        threshold_curvature_pa=2.0 * one,
        width_slope=0.8 * one,
        t_ref_ms=2.0 * one,
    )
    return law, make_cells(
        1,
        lgn_edges=Edges([0, 0], [0, 0], [WEIGHT, -40.0], [1.0, 1.0], [0, 1], [1, 1]),
        tau_syn_ms=tau,
        tau_s_ms=2 * tau[:, 0],
        current_per_hz=alpha_current_per_hz(tau),
        variance_per_hz=alpha_variance_per_hz(tau, np.array(TAU_M), np.array(C_M)),
        constant_variance_mv2=np.array([[1.0, 0.0, 0.0, 0.0]]),
        transfer=law,
        transfer_adapted=law,
    )


@pytest.mark.parametrize("cascade", [False, True])
def test_steady_rate_uses_campbells_variance(make_cells, variant, cascade):
    law, parameters = one_cell(make_cells)
    network = rate_network(
        parameters, **variant, cascade=cascade, variance=True, dtype=torch.float64
    )
    stimulus = Stimulus("s", 1.0, np.full((600, 1), RATE))
    got = network.run([stimulus], drop_ms=500.0).neuron_rates[0]
    variance = 1.0 + sum(
        membrane_variance(TAU_SYN, weight, RATE) for weight in (WEIGHT, -40.0)
    )
    mean = (WEIGHT - 40.0) * np.e * TAU_SYN / 1000 * RATE
    expected = law.rate_hz(np.array([mean]), np.array([np.sqrt(variance)]))
    # quadrature and 500 ms of settling (40 time constants) leave < 1e-8
    np.testing.assert_allclose(got, expected, rtol=1e-7)
    frozen = law.rate_hz(np.array([mean]))
    assert abs(frozen - expected) > 0.05 * expected  # the variance matters here


def test_variance_is_filtered_like_the_mean(make_cells):
    # F far above threshold with a threshold linear in sigma reads both out:
    # r = mu + 400 + 100 sigma
    parameters = one_cell(make_cells)[1]
    one, zero = np.ones(1), np.zeros(1)
    linear = TransferFunction(
        gain=one,
        threshold_pa=-500.0 * one,
        width_pa=1e-3 * one,
        power=one,
        sigma_ref_mv=one,
        threshold_slope_pa=-100.0 * one,
        threshold_curvature_pa=zero,
        width_slope=zero,
        t_ref_ms=zero,
    )
    parameters = replace(parameters, transfer_adapted=linear)
    network = rate_network(
        parameters,
        variant="instantaneous",
        cascade=True,
        variance=True,
        dtype=torch.float64,
    )
    rate = np.zeros((60, 1))
    rate[10:] = RATE
    got = network.run([Stimulus("s", 1.0, rate)], bin_ms=1.0, drop_ms=0.0)
    t = np.arange(61)
    since = np.maximum(t - 10, 0) / TAU_SYN
    alpha = 1 - (1 + since) * np.exp(-since)
    own = 1 - (1 + t / TAU_SYN) * np.exp(-t / TAU_SYN)  # the constant part
    from_lgn = sum(membrane_variance(TAU_SYN, w, RATE) for w in (WEIGHT, -40.0))
    mean = 20.0 * np.e * TAU_SYN / 1000 * RATE * alpha
    sigma = np.sqrt(np.maximum(own + from_lgn * alpha, 1e-12))
    expected = mean + 400 + 100 * sigma
    bins = (expected[1:] + expected[:-1]) / 2
    np.testing.assert_allclose(got.rates[0, :, 0], bins, rtol=1e-7)
