"""Whether the recurrent product is sparse or dense, by the bytes a step moves."""

import torch
from torch import Tensor

from bridge.errors import InputError
from ratemodel.dense_product import DenseProduct
from ratemodel.product import Entries, Product
from ratemodel.sparse_product import SparseProduct

PRODUCTS: dict[str, type[SparseProduct] | type[DenseProduct]] = {
    "sparse": SparseProduct,
    "dense": DenseProduct,
}
"""The products by name."""

BATCH = 64
"""Trials that the bytes of a sparse product are counted for."""

DENSE_LIMIT_BYTES = 4e9
"""Largest full matrix; the transpose and the gradient are as large."""


def choose_product(entries: Entries, dtype: torch.dtype, device: torch.device) -> str:
    """Return the name of the product that moves fewer bytes in a step.

    A sparse product reads value and index of every entry and gathers one line
    of the batch for it; a dense product reads every value. The vectors of the
    batch are few beside these. In single precision with 64 trials:

    ================== ========= ============== ============= =======
    column             entries   sparse (MB)    dense (MB)    chosen
    ================== ========= ============== ============= =======
    3k, plain          421,536   111            36            dense
    6k, plain          1.15 M    304            144           dense
    50k, plain         about 15 M  4,000        10,000        sparse
    3k, all extensions 843,072   223            576           sparse
    ================== ========= ============== ============= =======

    On a CPU the line of the batch stays in the cache and the arithmetic of a
    full matrix costs more than it saves: measured at 3k, 8.0 ms dense and
    1.0 ms sparse per step, so the choice there is always sparse.

    Parameters
    ----------
    entries
        Of the matrix.
    dtype, device
        Of its values.
    """
    if device.type == "cpu":
        return "sparse"
    size = torch.finfo(dtype).bits // 8
    dense = size * entries.n_rows * entries.n_sources * entries.n_blocks
    sparse = entries.row.shape[0] * (size + 4 + size * BATCH)
    return "dense" if dense <= min(sparse, DENSE_LIMIT_BYTES) else "sparse"


def make_product(entries: Entries, name: str, like: Tensor) -> Product:
    """Return the product of that name, or for ``"auto"`` the one chosen.

    Raises
    ------
    InputError
        If there is no such product.
    """
    if name == "auto":
        name = choose_product(entries, like.dtype, like.device)
    if name not in PRODUCTS:
        names = ", ".join(("auto", *PRODUCTS))
        raise InputError(f"training: product {name!r}; there are {names}")
    return PRODUCTS[name].from_entries(entries, like)
