"""The product in compressed rows: forward, transposed, sampled at its entries."""

import warnings
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from bridge.arrays import IntArray
from ratemodel.connections.product import Entries, ProductAdjoint
from ratemodel.connections.product_adjoint import DeferredAdjoint, FusedAdjoint
from ratemodel.kernels.csr_kernels import csr_kernels

SAMPLED_WIDTH = {"cpu": 64, "cuda": 4096}
"""Columns (steps x trials) of one sampled product of torch: on a CPU the dense
factor then stays in the cache (all 6,400 columns of a training step at once
took twice as long), on a GPU few large products are wanted."""


@dataclass(frozen=True)
class CsrMatrix:
    """Compressed rows, ``[row, column]``, with 32-bit indices.

    Attributes
    ----------
    indptr, indices, values
        The matrix.
    n_columns
        Number of columns.
    """

    indptr: Tensor
    indices: Tensor
    values: Tensor
    n_columns: int

    def multiply(self, window: Tensor, added: Tensor, out: Tensor) -> Tensor:
        """Write ``added + matrix @ window`` to ``out`` and return it."""
        kernels = csr_kernels() if out.device.type == "cpu" else None
        if kernels is None:
            return torch.addmm(added, self.to_torch(), window.flatten(0, 1), out=out)
        kernels.multiply(self.indptr, self.indices, self.values, window, added, out)
        return out

    def with_values(self, values: Tensor) -> "CsrMatrix":
        """Return a matrix of the same entries with other values."""
        return replace(self, values=values.contiguous())

    def to_torch(self) -> Tensor:
        """Return the same matrix as a torch tensor that shares its values."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
            return torch.sparse_csr_tensor(
                self.indptr,
                self.indices,
                self.values,
                size=(self.indptr.shape[0] - 1, self.n_columns),
                check_invariants=False,
            )


@dataclass(frozen=True)
class SparseProduct:
    """A :class:`ratemodel.connections.product.Product` in compressed rows.

    Attributes
    ----------
    pattern
        ``(n_rows, n_blocks n_sources)``; its values do not count.
    transposed
        ``(n_blocks n_sources, n_rows)``.
    order
        Entry of ``pattern`` at every entry of ``transposed``.
    n_blocks
        Number of blocks.
    """

    pattern: CsrMatrix
    transposed: CsrMatrix
    order: Tensor
    n_blocks: int

    @classmethod
    def from_entries(cls, entries: Entries, like: Tensor) -> "SparseProduct":
        """Return the product on the device and in the type of a tensor."""
        row, column = entries.row, entries.column
        order = np.lexsort((row, column))
        n_columns = entries.n_blocks * entries.n_sources
        return cls(
            _compress(row, column, entries.n_rows, n_columns, like),
            _compress(column[order], row[order], n_columns, entries.n_rows, like),
            torch.from_numpy(order).to(like.device),
            entries.n_blocks,
        )

    @property
    def n_entries(self) -> int:
        """Number of entries."""
        return int(self.order.shape[0])

    def forward_matrix(self, values: Tensor) -> CsrMatrix:
        """Return the matrix with these values."""
        return self.pattern.with_values(values)

    def adjoint(self, values: Tensor) -> ProductAdjoint:
        """Return what runs the product with these values back."""
        transposed = self.transposed.with_values(values[self.order])
        kernels = csr_kernels() if values.device.type == "cpu" else None
        if kernels is None:
            return DeferredAdjoint(self, transposed, torch.zeros_like(values))
        return FusedAdjoint(
            kernels,
            transposed.indptr,
            transposed.indices,
            transposed.values,
            self.order,
        )

    def add_sampled(self, left: Tensor, right: Tensor, total: Tensor) -> None:
        """Add the product of both factors at the entries."""
        kernels = csr_kernels() if left.device.type == "cpu" else None
        if kernels is not None:
            pattern = self.pattern
            kernels.add_sampled(pattern.indptr, pattern.indices, left, right, total)
            return
        matrix = self.pattern.with_values(total).to_torch()
        n_steps, _, batch = left.shape
        width = max(SAMPLED_WIDTH[left.device.type] // batch, 1)
        for first in range(0, n_steps, width):
            part = left[first : first + width]
            window = right[first : first + part.shape[0] + self.n_blocks - 1]
            window = window.unfold(0, part.shape[0], 1).permute(0, 1, 3, 2)
            torch.sparse.sampled_addmm(
                matrix,
                part.permute(1, 0, 2).flatten(1),
                window.flatten(2).flatten(0, 1).T,
                out=matrix,
            )


def _compress(
    row: IntArray,
    column: IntArray,
    n_rows: int,
    n_columns: int,
    like: Tensor,
) -> CsrMatrix:
    indptr = np.append(0, np.cumsum(np.bincount(row, minlength=n_rows)))
    return CsrMatrix(
        torch.from_numpy(indptr.astype(np.int32)).to(like.device),
        torch.from_numpy(column.astype(np.int32)).to(like.device),
        like.new_zeros(column.shape[0]),
        n_columns,
    )
