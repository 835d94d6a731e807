"""Every product against full matrices in numpy."""

import ctypes

import numpy as np
import pytest
import torch

from bridge.errors import InputError
from ratemodel import csr_kernels, sparse_product
from ratemodel.dense_product import DenseProduct
from ratemodel.product import Entries
from ratemodel.product_choice import choose_product, make_product
from ratemodel.product_precision import product_precision
from ratemodel.sparse_product import SparseProduct

N_ROWS, N_SOURCES, N_BLOCKS, N_STEPS = 40, 30, 3, 5
ROUTES = ["kernels", "torch", "dense"]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-4}  # sums of 90 to 600 products


def some_entries(seed=0, density=0.2):
    """Sorted places, the first row and the last column empty."""
    rng = np.random.default_rng(seed)
    full = rng.random((N_ROWS, N_BLOCKS * N_SOURCES)) < density
    full[0], full[:, -1] = False, False
    return Entries(*np.nonzero(full), N_ROWS, N_SOURCES, N_BLOCKS)


@pytest.fixture(params=ROUTES)
def route(request, monkeypatch):
    if request.param == "torch":
        monkeypatch.setattr(sparse_product, "csr_kernels", lambda: None)
    if request.param == "kernels" and csr_kernels.csr_kernels() is None:
        pytest.skip("no C++ compiler with OpenMP")
    return DenseProduct if request.param == "dense" else SparseProduct


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch", [1, 7, 16, 33, 64, 150])
def test_products_equal_full_matrices(route, dtype, batch):
    entries = some_entries()
    product = route.from_entries(entries, torch.zeros((), dtype=dtype))
    generator = torch.Generator().manual_seed(2)

    def random(*shape):
        return torch.randn(*shape, generator=generator, dtype=dtype)

    values = random(product.n_entries)
    full = np.zeros((N_ROWS, N_BLOCKS, N_SOURCES))
    block, source = np.divmod(entries.column, N_SOURCES)
    full[entries.row, block, source] = values
    window, added = random(N_BLOCKS, N_SOURCES, batch), random(N_ROWS, batch)
    forward = product.forward_matrix(values)
    got = forward.multiply(window, added, torch.empty_like(added))
    expected = added.numpy() + np.einsum("rbs,bsk->rk", full, window.double().numpy())
    np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype])

    # a block of the transposed product acts as many steps later as it lies back
    later, into = random(N_BLOCKS, N_ROWS, batch), random(N_SOURCES, batch)
    expected = into.numpy() + np.einsum(
        "rbs,brk->sk", full[:, ::-1], later.double().numpy()
    )
    got = product.backward_matrix(values).multiply(later, into, into)
    np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype])

    left = random(N_STEPS, N_ROWS, batch)
    right = random(N_STEPS + N_BLOCKS - 1, N_SOURCES, batch)
    windows = np.stack([right.double().numpy()[b : b + N_STEPS] for b in range(3)])
    gradient = np.einsum("trk,btsk->rbs", left.double().numpy(), windows)
    np.testing.assert_allclose(
        product.sampled(left, right),
        gradient[entries.row, block, source],
        atol=TOLERANCE[dtype] * np.sqrt(batch),
    )


def test_threads_change_nothing(route):
    entries = some_entries()
    product = route.from_entries(entries, torch.zeros(()))
    left, right = torch.randn(N_STEPS, N_ROWS, 32), torch.randn(7, N_SOURCES, 32)
    alone = product.sampled(left, right)
    torch.set_num_threads(2)
    assert torch.equal(product.sampled(left, right), alone)


@pytest.mark.parametrize("compiler", ["/no/such/compiler", "false"])
def test_without_a_compiler_there_are_no_kernels(monkeypatch, compiler):
    monkeypatch.setenv("CXX", compiler)
    assert csr_kernels.csr_kernels.__wrapped__() is None


def test_a_library_that_does_not_load_is_as_good_as_none(monkeypatch):
    def fail(path):
        raise OSError("not a library")

    monkeypatch.setattr(ctypes, "CDLL", fail)
    assert csr_kernels.csr_kernels.__wrapped__() is None


def test_full_matrices_serve_tensor_cores_only():
    """The columns of the table: what was faster on a GPU is chosen."""

    def entries(n_rows, n_sources, blocks, count):
        places = np.zeros(count, dtype=np.int64)
        return Entries(places, places, n_rows, n_sources, blocks)

    plain = [entries(3000, 3000, 1, 421_536), entries(6000, 6000, 1, 1_151_637)]
    extended = [entries(12_000, 3000, 4, 843_072), entries(24_000, 6000, 4, 2_303_274)]
    gpu, cpu = torch.device("cuda"), torch.device("cpu")
    for every in plain + extended:
        assert choose_product(every, gpu) == "sparse"
    with product_precision("mixed"):
        assert [choose_product(one, gpu) for one in plain] == ["dense"] * 2
        assert [choose_product(one, gpu) for one in extended] == ["sparse"] * 2
        assert choose_product(plain[0], cpu) == "sparse"
    assert choose_product(plain[0], gpu) == "sparse"  # the precision is set back


def test_an_unknown_product_is_refused():
    with pytest.raises(InputError, match="there are auto, sparse, dense"):
        make_product(some_entries(), "banded", torch.zeros(()))
