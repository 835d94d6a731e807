"""Two cells followed by hand with the three update rules as stated."""

from math import exp, log

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.edges import Edges
from bridge.reduction.transfer.function import TransferFunction
from bridge.stimulus.stimulus import Stimulus

DT, TAU_S, TAU_R = 1.0, 8.0, 3.0
LGN_HZ, BACKGROUND_PA = 5.0, 30.0
# weight x pA per Hz: cell 1 excites cell 0, cell 0 inhibits cell 1
INTO_0, INTO_1, LGN_INTO_0 = 2.0 * 0.5, -3.0 * 0.25, 4.0 * 0.5


def rate_of(current: float) -> float:
    """F: gain 0.2, threshold 20, width 10, power 1.5."""
    return 0.2 * (10.0 * log(1.0 + exp((current - 20.0) / 10.0))) ** 1.5


def by_hand(variant: str, n_steps: int) -> list[list[float]]:
    i0 = i1 = r0 = r1 = 0.0
    if variant == "instantaneous":
        r0, r1 = rate_of(0.0), rate_of(0.0)
    s, q = exp(-DT / TAU_S), exp(-DT / TAU_R)
    rates = [[r0, r1]]
    for _ in range(n_steps):
        w0 = INTO_0 * r1 + LGN_INTO_0 * LGN_HZ + BACKGROUND_PA
        w1 = INTO_1 * r0 + BACKGROUND_PA
        new0, new1 = s * i0 + (1 - s) * w0, s * i1 + (1 - s) * w1
        if variant == "instantaneous":
            r0, r1 = rate_of(new0), rate_of(new1)
        elif variant == "low_pass":
            r0 = q * r0 + (1 - q) * rate_of(i0)
            r1 = q * r1 + (1 - q) * rate_of(i1)
        else:
            r0 = q * r0 + (1 - q) * rate_of(w0)
            r1 = q * r1 + (1 - q) * rate_of(w1)
        i0, i1 = new0, new1
        rates.append([r0, r1])
    return rates


@pytest.mark.parametrize("variant", ["instantaneous", "low_pass", "equilibrium"])
def test_plain_form_is_the_stated_equations(make_cells, variant):
    zero, one = np.zeros(2), np.ones(2)
    law = TransferFunction(
        gain=0.2 * one,
        threshold_pa=20.0 * one,
        width_pa=10.0 * one,
        power=1.5 * one,
        sigma_ref_mv=one,
        threshold_slope_pa=zero,
        threshold_curvature_pa=zero,
        width_slope=zero,
        t_ref_ms=zero,
    )
    constant = np.zeros((2, 4))
    constant[:, 0] = BACKGROUND_PA
    parameters = make_cells(
        2,
        population=np.array([1, 3]),
        recurrent=Edges([1, 0], [0, 1], [2.0, -3.0], [1.0, 1.0], [0, 3], [1, 1]),
        lgn_edges=Edges([0], [0], [4.0], [1.0], [0], [1]),
        current_per_hz=np.tile([0.5, 1.0, 1.0, 0.25], (2, 1)),
        constant_current_pa=constant,
        transfer_adapted=law,
    )
    network = rate_network(
        parameters,
        variant=variant,
        tau_r_ms=None if variant == "instantaneous" else TAU_R,
        dt_ms=DT,
        dtype=torch.float64,
    )
    stimulus = Stimulus("constant", DT, np.full((12, 1), LGN_HZ))
    result = network.run([stimulus], bin_ms=DT, drop_ms=0.0)
    rates = np.array(by_hand(variant, 12))
    bins = (rates[1:] + rates[:-1]) / 2  # a bin of one step: mean of its two ends
    # same operations in another order: rounding only
    np.testing.assert_allclose(result.rates[0][:, [1, 3]], bins, rtol=1e-12)
    np.testing.assert_allclose(result.neuron_rates[0], bins.mean(axis=0), rtol=1e-12)
