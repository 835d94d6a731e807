"""The two ways to run a product back."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ratemodel.csr_kernels import CsrKernels
from ratemodel.product import Matrix, Product


@dataclass(frozen=True)
class DeferredAdjoint:
    """A :class:`ratemodel.product.ProductAdjoint` of library products.

    The gradient of a part is one sampled product over its steps and trials.

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

    def multiply(
        self, window: Tensor, added: Tensor, out: Tensor, rates: Tensor
    ) -> Tensor:
        """Write ``added + transposed @ window`` to ``out`` and return it."""
        return self.transposed.multiply(window, added, out)

    def collect(self, drives: Tensor, rates: Tensor, is_first: bool) -> None:
        """Add the sampled product of the steps of a part."""
        n_steps = rates.shape[0] - (self.product.n_blocks - 1)
        self.product.add_sampled(drives[:n_steps], rates, self.total)

    def gradient(self) -> Tensor:
        """Return the gradient by the values, ``(n_entries,)``."""
        return self.total


class FusedAdjoint:
    """A :class:`ratemodel.product.ProductAdjoint` in compiled loops.

    The transposed product and the gradient read the same lines of the window, and
    bringing those into the core is what takes time: one walk serves both.

    Parameters
    ----------
    kernels
        The loops.
    indptr, indices, values
        The transposed matrix, compressed by row.
    order
        Entry of the product at every entry of the transposed matrix.
    n_blocks
        Blocks of the product.
    """

    def __init__(
        self,
        kernels: CsrKernels,
        indptr: Tensor,
        indices: Tensor,
        values: Tensor,
        order: Tensor,
        n_blocks: int,
    ) -> None:
        self._kernels, self._order, self._n_blocks = kernels, order, n_blocks
        self._matrix = indptr, indices, values
        self._total = torch.zeros_like(values)

    def multiply(
        self, window: Tensor, added: Tensor, out: Tensor, rates: Tensor
    ) -> Tensor:
        """Write ``added + transposed @ window`` to ``out`` and return it."""
        self._kernels.multiply_and_add_gradient(
            *self._matrix, window, rates, added, out, self._total
        )
        return out

    def collect(self, drives: Tensor, rates: Tensor, is_first: bool) -> None:
        """Add what the steps before the beginning cause, which nothing multiplies."""
        n_past = self._n_blocks - 1
        before = rates[:n_past]
        if not (is_first and before.any()):
            return
        steps = drives[:n_past]
        steps = torch.cat((torch.zeros_like(steps), steps))
        unused = torch.empty_like(before[0])
        for step, own in enumerate(before):
            self.multiply(steps[step : step + self._n_blocks], own, unused, own)

    def gradient(self) -> Tensor:
        """Return the gradient by the values, ``(n_entries,)``."""
        gradient = torch.empty_like(self._total)
        gradient[self._order] = self._total
        return gradient
