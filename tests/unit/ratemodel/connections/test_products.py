"""Every product against full matrices in numpy."""

import numpy as np
import pytest
import torch

from bridge.errors import InputError
from ratemodel.connections import sparse_product
from ratemodel.connections.dense_product import DenseProduct
from ratemodel.connections.product import Entries
from ratemodel.connections.product_choice import choose_product, make_product
from ratemodel.connections.product_precision import product_precision
from ratemodel.connections.sparse_product import SparseProduct
from ratemodel.kernels import csr_kernels

N_ROWS, N_SOURCES, N_BLOCKS, N_STEPS = 40, 30, 3, 5
ROUTES = ["kernels", "torch", "dense"]
TOLERANCE = {torch.float64: 1e-12, torch.float32: 1e-4}  # sums of 90 to 600 products


def some_entries(seed=0, density=0.2):
    """Sorted places, the first row and the last column empty."""
    rng = np.random.default_rng(seed)
    full = rng.random((N_ROWS, N_BLOCKS * N_SOURCES)) < density
    full[0], full[:, -1] = False, False
    return Entries(*np.nonzero(full), N_ROWS, N_SOURCES, N_BLOCKS)


def random_of(dtype):
    """Return a function that draws tensors of a shape."""
    generator = torch.Generator().manual_seed(2)

    def random(*shape):
        return torch.randn(*shape, generator=generator, dtype=dtype)

    return random


def some_product(route, random):
    """A product, its values, and both full: matrix by block, and places in it."""
    entries = some_entries()
    values = random(entries.row.size)
    product = route.from_entries(entries, torch.zeros((), dtype=values.dtype))
    place = entries.row, *np.divmod(entries.column, N_SOURCES)
    full = np.zeros((N_ROWS, N_BLOCKS, N_SOURCES))
    full[place] = values
    return product, values, full, place


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
    random = random_of(dtype)
    product, values, full, place = some_product(route, random)
    window, added = random(N_BLOCKS, N_SOURCES, batch), random(N_ROWS, batch)
    forward = product.forward_matrix(values)
    got = forward.multiply(window, added, torch.empty_like(added))
    expected = added.numpy() + np.einsum("rbs,bsk->rk", full, window.double().numpy())
    np.testing.assert_allclose(got, expected, atol=TOLERANCE[dtype])

    left = random(N_STEPS, N_ROWS, batch)
    right = random(N_STEPS + N_BLOCKS - 1, N_SOURCES, batch)
    windows = np.stack([right.double().numpy()[b : b + N_STEPS] for b in range(3)])
    gradient = np.einsum("trk,btsk->rbs", left.double().numpy(), windows)
    total = random(product.n_entries)
    expected = total.numpy() + gradient[place]
    product.add_sampled(left, right, total)
    np.testing.assert_allclose(
        total,
        expected,
        atol=TOLERANCE[dtype] * np.sqrt(batch),
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("batch", [1, 16, 33, 64, 150])
@pytest.mark.parametrize("n_first", [1, 2, N_STEPS])
def test_way_back_equals_full_matrices(route, dtype, batch, n_first):
    """In parts, the last one first."""
    n_past, random = N_BLOCKS - 1, random_of(dtype)
    product, values, full, place = some_product(route, random)
    drives = random(N_STEPS, N_ROWS, batch)
    rates = random(n_past + N_STEPS, N_SOURCES, batch)
    adjoint = product.adjoint(values)
    for first, stop in ((n_first, N_STEPS), (0, n_first)):
        for step in reversed(range(first, stop)):
            pending = random(N_BLOCKS, N_SOURCES, batch)
            expected = pending.numpy() + np.einsum(
                "rbs,rk->bsk", full, drives[step].double().numpy()
            )
            adjoint.push(drives[step], rates[step : step + N_BLOCKS], pending)
            np.testing.assert_allclose(pending, expected, atol=TOLERANCE[dtype])
        if first < stop:
            adjoint.collect(drives[first:stop], rates[first : stop + n_past])
    windows = np.stack([rates.double().numpy()[b : b + N_STEPS] for b in range(3)])
    gradient = np.einsum("trk,btsk->rbs", drives.double().numpy(), windows)
    np.testing.assert_allclose(
        adjoint.gradient(),
        gradient[place],
        atol=TOLERANCE[dtype] * np.sqrt(batch),
    )


def test_threads_change_nothing(route):
    entries = some_entries()
    product = route.from_entries(entries, torch.zeros(()))
    left, right = torch.randn(N_STEPS, N_ROWS, 32), torch.randn(7, N_SOURCES, 32)
    alone, shared = torch.zeros(2, product.n_entries)
    product.add_sampled(left, right, alone)
    torch.set_num_threads(2)
    product.add_sampled(left, right, shared)
    assert torch.equal(shared, alone)

    values = torch.randn(product.n_entries)
    drive, rates = torch.randn(N_ROWS, 32), torch.randn(N_BLOCKS, N_SOURCES, 32)
    found = []
    for threads in (1, 2):
        torch.set_num_threads(threads)
        adjoint, pending = product.adjoint(values), torch.zeros_like(rates)
        adjoint.push(drive, rates, pending)
        adjoint.collect(drive[None], rates)
        found.append((pending, adjoint.gradient()))
    assert torch.equal(found[0][0], found[1][0])
    assert torch.equal(found[0][1], found[1][1])


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
