"""The transfer function in torch against the one of ``bridge`` in NumPy."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from random_transfer import CPU, a_function

from ratemodel.cells.transfer import TorchTransfer


# double: the two round differently, 1e-12 is some thousand roundings; single:
# the argument (mu - b) / c is of order 100 and loses as many times 6e-8
@pytest.mark.parametrize(
    ("dtype", "tolerance"), [(torch.float64, 1e-12), (torch.float32, 2e-4)]
)
@pytest.mark.parametrize("with_variance", [False, True])
def test_equals_numpy(dtype, tolerance, with_variance):
    n, levels = 20, 60
    function = a_function(n)
    mean = np.linspace(-200, 400, levels)[:, None] + np.arange(n)
    sigma = np.linspace(0.1, 12, levels)[:, None] * np.ones(n)
    expected = function.rate_hz(mean, sigma if with_variance else None)
    transfer = TorchTransfer.from_numpy(function, dtype, CPU)
    arguments = [torch.tensor(mean.T, dtype=dtype)]
    if with_variance:
        arguments.append(torch.tensor(sigma.T**2, dtype=dtype))
    got = transfer(*arguments).double().numpy().T
    # below softplus(-30) = 1e-13 the argument is held: rates under 1e-5 Hz
    np.testing.assert_allclose(got, expected, rtol=tolerance, atol=1e-5)
    assert (expected > 1.0).any()
    assert (expected < 1e-3).any()


@given(
    mean=st.floats(-1e6, 1e6),
    variance=st.floats(0.0, 1e6),
    dtype=st.sampled_from([torch.float32, torch.float64]),
)
def test_is_finite_with_finite_slopes_everywhere(mean, variance, dtype):
    transfer = TorchTransfer.from_numpy(a_function(5), dtype, CPU)
    inputs = [
        torch.full((5, 1), value, dtype=dtype, requires_grad=True)
        for value in (mean, variance)
    ]
    rate = transfer(*inputs)
    slopes = torch.autograd.grad(rate.sum(), inputs)
    assert torch.isfinite(rate).all()
    # a rounding of single precision above the ceiling
    assert ((rate >= 0) & (rate * transfer.dead_time <= 1.0 + 1e-6)).all()
    assert all(torch.isfinite(slope).all() for slope in slopes)


def test_slopes_equal_finite_differences():
    transfer = TorchTransfer.from_numpy(a_function(5), torch.float64, CPU)
    mean = torch.linspace(20, 200, 5, dtype=torch.float64)[:, None].requires_grad_()
    variance = torch.linspace(2, 50, 5, dtype=torch.float64)[:, None].requires_grad_()
    assert torch.autograd.gradcheck(transfer, (mean, variance))
