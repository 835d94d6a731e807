"""Whether the recurrent product is sparse or dense."""

import torch
from torch import Tensor

from bridge.errors import InputError
from ratemodel.connections.dense_product import DenseProduct
from ratemodel.connections.product import Entries, Product
from ratemodel.connections.sparse_product import SparseProduct

PRODUCTS: dict[str, type[SparseProduct] | type[DenseProduct]] = {
    "sparse": SparseProduct,
    "dense": DenseProduct,
}
"""The products by name."""

DENSE_PER_ENTRY = 64
"""Elements of a full matrix per entry up to which tensor cores are faster."""


def choose_product(entries: Entries, device: torch.device) -> str:
    """Return the name of the faster product, as measured.

    A training step of the low-pass variant, 64 trials, 200 steps of 1 ms, captured,
    ms on an NVIDIA H200 (``python benchmarks/gpu.py``; mixed:
    :func:`ratemodel.connections.product_precision.product_precision`):

    ============ ================== ====== ============== ============
    column       elements per entry sparse dense, float32 dense, mixed
    ============ ================== ====== ============== ============
    3k, plain    21                 28     42             25
    6k, plain    31                 49     88             44
    3k, extended 171                102    297            125
    6k, extended 250                188    1107           421
    ============ ================== ====== ============== ============

    On a CPU the sparse product is always the faster one (3k, plain: 1.0 ms a step,
    8.0 ms dense).

    Parameters
    ----------
    entries
        Of the matrix.
    device
        Of its values.
    """
    has_tensor_cores = (
        device.type == "cuda" and torch.get_float32_matmul_precision() != "highest"
    )
    elements = entries.n_rows * entries.n_sources * entries.n_blocks
    is_full = elements <= DENSE_PER_ENTRY * entries.row.shape[0]
    return "dense" if has_tensor_cores and is_full else "sparse"


def make_product(entries: Entries, name: str, like: Tensor) -> Product:
    """Return the product of that name, or for ``"auto"`` the one chosen.

    Raises
    ------
    InputError
        If there is no such product.
    """
    if name == "auto":
        name = choose_product(entries, like.device)
    if name not in PRODUCTS:
        names = ", ".join(("auto", *PRODUCTS))
        raise InputError(f"training: product {name!r}; there are {names}")
    return PRODUCTS[name].from_entries(entries, like)
