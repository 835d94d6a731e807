"""The two ways to run a product back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ratemodel.connections.product import Matrix, Product
from ratemodel.kernels.csr_kernels import CsrKernels


@dataclass(frozen=True)
class DeferredAdjoint:
    """A :class:`ratemodel.connections.product.ProductAdjoint` of library products.

    The gradient of some steps is one sampled product over them and all trials.

    Attributes
    ----------
    product
        The product.
    transposed
        Its transposed matrix.
    total
        The gradient so far.
    """

    product: Product
    transposed: Matrix
    total: Tensor

    def push(self, drive: Tensor, rates: Tensor, pending: Tensor) -> None:
        """Add the transposed product to ``pending``."""
        flat = pending.flatten(0, 1)
        self.transposed.multiply(drive[None], flat, flat)

    def collect(self, drives: Tensor, rates: Tensor) -> None:
        """Add the sampled product of the steps."""
        self.product.add_sampled(drives, rates, self.total)

    def gradient(self) -> Tensor:
        """Return the gradient by the values, ``(n_entries,)``."""
        return self.total


class FusedAdjoint:
    """A :class:`ratemodel.connections.product.ProductAdjoint` in compiled loops.

    The transposed product and the gradient read the same lines of ``drive``, and
    bringing those into the core is what takes time: one walk serves both.

    Parameters
    ----------
    kernels
        The loops.
    indptr, indices, values
        The transposed matrix, compressed by row.
    order
        Entry of the product at every entry of the transposed matrix.
    """

    def __init__(
        self,
        kernels: CsrKernels,
        indptr: Tensor,
        indices: Tensor,
        values: Tensor,
        order: Tensor,
    ) -> None:
        self._kernels, self._order = kernels, order
        self._matrix = indptr, indices, values
        self._total = torch.zeros_like(values)

    def push(self, drive: Tensor, rates: Tensor, pending: Tensor) -> None:
        """Add the transposed product to ``pending``, and to the gradient."""
        self._kernels.add_product_and_gradient(
            *self._matrix,
            drive,
            rates.flatten(0, 1),
            pending.flatten(0, 1),
            self._total,
        )

    def collect(self, drives: Tensor, rates: Tensor) -> None:
        """Nothing: every step was counted as it was pushed."""

    def gradient(self) -> Tensor:
        """Return the gradient by the values, ``(n_entries,)``."""
        gradient = torch.empty_like(self._total)
        gradient[self._order] = self._total
        return gradient
