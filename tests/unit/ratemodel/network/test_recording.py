"""Means over bins: exact for what the rules are exact for."""

import numpy as np
import pytest
import torch
from numpy.polynomial import Polynomial

from ratemodel.network.recording import BinRecorder, simpson, trapezoid

N_BINS = 3


def recorded(weights, rate_of, jump=None):
    """Bins of one cell; at the step of the jump, rate_of is right of it."""
    per_bin = weights.size - 1
    like = torch.zeros(1, 1, dtype=torch.float64)
    recorder = BinRecorder(np.zeros(1, dtype=np.int8), weights, N_BINS, 1, like)
    for step in range(N_BINS * per_bin + 1):
        rate = like + rate_of(step, True)
        if step == jump:
            recorder.jump(step, like + rate_of(step, False), rate)
        recorder.add(step, rate)
    bins = recorder.population_rates()[0, :, 0]
    assert recorder.cell_rates()[0, 0] == pytest.approx(bins[1:].mean())
    return bins


@pytest.mark.parametrize(("rule", "degree"), [(trapezoid, 1), (simpson, 3)])
@pytest.mark.parametrize("per_bin", [2, 3, 4, 5, 20])
def test_polynomials_have_their_exact_means(rule, degree, per_bin):
    curve = Polynomial([3.0, -1.0, 0.2, 0.05][: degree + 1])
    ends = curve.integ()(np.arange(N_BINS + 1) * per_bin)
    bins = recorded(rule(per_bin), lambda step, _: curve(step))
    np.testing.assert_allclose(bins, np.diff(ends) / per_bin, rtol=1e-12)


@pytest.mark.parametrize("rule", [trapezoid, simpson])
def test_a_bin_of_one_step_is_the_mean_of_its_ends(rule):
    assert recorded(rule(1), lambda step, _: float(step)) == pytest.approx(
        [0.5, 1.5, 2.5]
    )


@pytest.mark.parametrize("rule", [trapezoid, simpson])
@pytest.mark.parametrize("per_bin", [1, 2, 5])
def test_a_jump_between_bins_belongs_to_neither(rule, per_bin):
    def rate(step, is_right):
        return 7.0 if step > per_bin or (step == per_bin and is_right) else 2.0

    bins = recorded(rule(per_bin), rate, jump=per_bin)
    assert bins == pytest.approx([2.0, 7.0, 7.0])


def test_a_jump_within_a_bin_counts_half_where_it_happens():
    def rate(step, is_right):
        return 7.0 if step > 1 or (step == 1 and is_right) else 2.0

    assert recorded(trapezoid(2), rate, jump=1)[0] == pytest.approx(4.5)
    assert recorded(simpson(2), rate, jump=1)[0] == pytest.approx(4.5)
