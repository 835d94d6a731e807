"""The compiled pass against torch in double, which autograd differentiates."""

import numpy as np
import pytest
import torch
from random_transfer import CPU, a_function

from ratemodel.cells.transfer import ARGUMENT_FLOOR, TorchTransfer
from ratemodel.kernels import transfer_kernel

N_CELLS = 12

pytestmark = pytest.mark.skipif(
    transfer_kernel.compiled_library(transfer_kernel.SOURCE) is None,
    reason="no C++ compiler with OpenMP",
)


def in_both_types():
    single, double = (
        TorchTransfer.from_numpy(a_function(N_CELLS), dtype, CPU)
        for dtype in (torch.float32, torch.float64)
    )
    assert single._kernel is not None
    assert double._kernel is None
    return single, double


def some_inputs(batch):
    """From far below threshold to the limit; sigma through both floors."""
    generator = torch.Generator().manual_seed(batch)
    mean = 300.0 * torch.randn(N_CELLS, batch, generator=generator) + 100.0
    variance = 60.0 * torch.rand(N_CELLS, batch, generator=generator)
    variance[::5] = 0.0
    return mean, variance


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("with_variance", [False, True])
@pytest.mark.parametrize("batch", [1, 7, 16, 33, 320])
def test_rates_and_slopes_equal_those_in_double(batch, with_variance, threads):
    single, double = in_both_types()
    inputs = some_inputs(batch)[: 1 + with_variance]
    wide = [given.double().requires_grad_() for given in inputs]
    expected = double(*wide)
    expected_slopes = torch.autograd.grad(expected.sum(), wide)
    torch.set_num_threads(threads)
    rate, slopes = single.linearise(*inputs)
    # single: the argument (mu - b) / c is of order 100 and loses as many times 6e-8;
    # a slope by the variance is a difference of two terms that nearly cancel
    np.testing.assert_allclose(rate, expected.detach(), rtol=2e-4, atol=1e-6)
    assert len(slopes) == len(wide)
    for slope, true in zip(slopes, expected_slopes, strict=True):
        scale = float(true.abs().median())
        np.testing.assert_allclose(slope, true, rtol=5e-4, atol=1e-4 * scale)


def test_error_is_that_of_single_precision():
    """No worse than torch in float32: the polynomials add nothing of their own."""
    single, double = in_both_types()
    mean, variance = some_inputs(2000)
    true = double(mean.double(), variance.double())
    rate, _ = single.linearise(mean, variance)
    by_torch = single(mean, variance)
    counted = true > 1e-3
    ours, torchs = (
        ((found - true).abs() / true)[counted].mean() for found in (rate, by_torch)
    )
    assert ours < 1.1 * torchs


def test_extremes_end_as_in_torch():
    single, _ = in_both_types()
    mean = torch.tensor([-1e30, -1e6, 1e6, 1e30, torch.inf, -torch.inf, torch.nan])
    mean = mean.expand(N_CELLS, -1).contiguous()
    variance = torch.full_like(mean, 4.0)
    for inputs in ((mean,), (mean, variance)):
        rate, slopes = single.linearise(*inputs)
        expected = single(*inputs)
        np.testing.assert_allclose(rate, expected, rtol=1e-4, atol=1e-9)
        ceiling = 1.0 / single.dead_time
        np.testing.assert_allclose(rate[:, 3:5], ceiling.expand(-1, 2), rtol=1e-2)
        for slope in slopes:
            assert (slope[:, 3] == 0).all()
            assert (slope[:, :2].abs() < 1e-9).all()
            assert slope[:, 6].isnan().all()
    assert single.linearise(mean)[0][:, 6].isnan().all()


def test_below_the_floor_the_rate_is_that_at_the_floor():
    single, _ = in_both_types()
    at = single.threshold + ARGUMENT_FLOOR * single.width
    below, _ = single.linearise(at - 50.0 * single.width)
    there, _ = single.linearise(at)
    np.testing.assert_allclose(below, there, rtol=1e-4)
    assert (there > 0).all()


def test_what_does_not_fit_goes_through_torch():
    single, _ = in_both_types()
    mean, variance = some_inputs(8)
    rate, slopes = single.linearise(mean, variance)
    one_each = variance[:, :1].clone()
    by_torch, _ = single.linearise(mean, one_each)
    spread, _ = single.linearise(mean, one_each.expand(-1, 8).contiguous())
    np.testing.assert_allclose(by_torch, spread, rtol=2e-4, atol=1e-6)
    turned = mean.T.contiguous().T  # not contiguous
    np.testing.assert_allclose(
        single.linearise(turned, variance)[0], rate, rtol=2e-4, atol=1e-6
    )
    assert single.linearise(mean.double(), variance.double())[0].dtype == torch.float64
    leaf = mean.clone().requires_grad_()
    found, _ = single.linearise(leaf, variance)
    by_mean = torch.autograd.grad(found.sum(), leaf)[0]
    torch.testing.assert_close(by_mean, slopes[0], rtol=1e-3, atol=1e-4)
