"""The product with a full matrix, for tensor cores."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ratemodel.connections.product import Entries
from ratemodel.connections.product_adjoint import DeferredAdjoint


@dataclass(frozen=True)
class DenseMatrix:
    """A full matrix, ``[row, column]``."""

    values: Tensor

    def multiply(self, window: Tensor, added: Tensor, out: Tensor) -> Tensor:
        """Write ``added + matrix @ window`` to ``out`` and return it."""
        return torch.addmm(added, self.values, window.flatten(0, 1), out=out)


@dataclass(frozen=True)
class DenseProduct:
    """A :class:`ratemodel.connections.product.Product` with full matrices.

    Attributes
    ----------
    row, column
        Of every entry.
    n_rows, n_sources, n_blocks
        Rows, columns in a block, blocks.
    """

    row: Tensor
    column: Tensor
    n_rows: int
    n_sources: int
    n_blocks: int

    @classmethod
    def from_entries(cls, entries: Entries, like: Tensor) -> "DenseProduct":
        """Return the product on the device of a tensor."""
        row, column = (
            torch.from_numpy(place).to(like.device)
            for place in (entries.row, entries.column)
        )
        return cls(
            row,
            column,
            entries.n_rows,
            entries.n_sources,
            entries.n_blocks,
        )

    @property
    def n_entries(self) -> int:
        """Number of entries."""
        return int(self.row.shape[0])

    def forward_matrix(self, values: Tensor) -> DenseMatrix:
        """Return the matrix with these values."""
        full = values.new_zeros(self.n_rows, self.n_blocks * self.n_sources)
        return DenseMatrix(full.index_put_((self.row, self.column), values))

    def adjoint(self, values: Tensor) -> DeferredAdjoint:
        """Return what runs the product with these values back."""
        full = values.new_zeros(self.n_blocks * self.n_sources, self.n_rows)
        transposed = DenseMatrix(full.index_put_((self.column, self.row), values))
        return DeferredAdjoint(self, transposed, torch.zeros_like(values))

    def add_sampled(self, left: Tensor, right: Tensor, total: Tensor) -> None:
        """Add the full product of both factors, read at the entries."""
        n_steps = left.shape[0]
        tall = left.permute(1, 0, 2).flatten(1)
        blocks = [
            tall @ right[block : block + n_steps].permute(1, 0, 2).flatten(1).T
            for block in range(self.n_blocks)
        ]
        total.add_(torch.cat(blocks, 1)[self.row, self.column])
