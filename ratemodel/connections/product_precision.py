"""How exactly products with full matrices are taken on a GPU."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def product_precision(precision: str) -> Iterator[None]:
    """Take products in float32, or with ``"mixed"`` on tensor cores (TensorFloat-32).

    What is captured inside keeps its precision.
    """
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("high" if precision == "mixed" else "highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
