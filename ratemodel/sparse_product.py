"""Products with a fixed sparsity: forward, transposed, and sampled at its entries."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

SAMPLED_WIDTH = {"cpu": 64, "cuda": 4096}
"""Columns (steps x trials) of one sampled product: on a CPU the dense factor
then stays in the cache (3,000 rows x 64 x 4 bytes; at 6,400 columns the product
took twice as long), on a GPU few large products are wanted."""


@dataclass(frozen=True)
class CsrPattern:
    """Positions of the entries of a matrix ``[row, column]``, row by row.

    Attributes
    ----------
    indptr, indices
        Compressed rows, 32-bit.
    n_columns
        Number of columns.
    """

    indptr: Tensor
    indices: Tensor
    n_columns: int

    @classmethod
    def from_sorted(
        cls,
        row: NDArray[np.integer],
        column: NDArray[np.integer],
        shape: tuple[int, int],
        device: torch.device,
    ) -> "CsrPattern":
        """Return the pattern of entries sorted by row, then column."""
        indptr = np.append(0, np.cumsum(np.bincount(row, minlength=shape[0])))
        return cls(
            torch.from_numpy(indptr.astype(np.int32)).to(device),
            torch.from_numpy(column.astype(np.int32)).to(device),
            shape[1],
        )

    def matrix(self, values: Tensor) -> Tensor:
        """Return the torch matrix with these values, ``(n_entries,)``."""
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
            return torch.sparse_csr_tensor(
                self.indptr,
                self.indices,
                values,
                size=(self.indptr.shape[0] - 1, self.n_columns),
                check_invariants=False,
            )


@dataclass(frozen=True)
class SparseProduct:
    """A matrix with ``n_blocks`` blocks of columns, one for each delay.

    Its right factor is a window of ``n_blocks`` steps, oldest first: block b
    reads the step ``n_blocks - 1 - b`` ago. The transposed product reads the
    window of the same length that begins now.

    Attributes
    ----------
    pattern
        ``(n_rows, n_blocks n_sources)``.
    transposed
        ``(n_sources, n_blocks n_rows)``; its block d holds the entries that act
        d steps later.
    order
        Entry of ``pattern`` at every entry of ``transposed``.
    n_blocks
        Number of blocks.
    """

    pattern: CsrPattern
    transposed: CsrPattern
    order: Tensor
    n_blocks: int

    @classmethod
    def from_entries(
        cls,
        row: NDArray[np.integer],
        column: NDArray[np.integer],
        shape: tuple[int, int],
        n_blocks: int,
        device: torch.device,
    ) -> "SparseProduct":
        """Return the product of entries sorted by row, then column."""
        n_rows, n_columns = shape
        n_sources = n_columns // n_blocks
        block, source = np.divmod(column.astype(np.int64), n_sources)
        later = (n_blocks - 1 - block) * n_rows + row
        order = np.lexsort((later, source))
        return cls(
            CsrPattern.from_sorted(row, column, shape, device),
            CsrPattern.from_sorted(
                source[order], later[order], (n_sources, n_blocks * n_rows), device
            ),
            torch.from_numpy(order).to(device),
            n_blocks,
        )

    def forward_matrix(self, values: Tensor) -> Tensor:
        """Return the matrix with these values."""
        return self.pattern.matrix(values)

    def backward_matrix(self, values: Tensor) -> Tensor:
        """Return the transposed matrix with these values."""
        return self.transposed.matrix(values[self.order])

    def sampled(self, left: Tensor, right: Tensor) -> Tensor:
        r"""Return :math:`\sum_{t,b} left_{t,row,b}\,right_{t,column,b}` by entry.

        Parameters
        ----------
        left
            ``(n_steps, n_rows, batch)``.
        right
            ``(n_steps + n_blocks - 1, n_sources, batch)``, oldest first.

        Returns
        -------
        Tensor
            ``(n_entries,)``.
        """
        n_steps, _, batch = left.shape
        width = max(SAMPLED_WIDTH[left.device.type] // batch, 1)
        total = self.pattern.matrix(left.new_zeros(self.pattern.indices.shape[0]))
        for first in range(0, n_steps, width):
            part = left[first : first + width]
            window = right[first : first + part.shape[0] + self.n_blocks - 1]
            window = window.unfold(0, part.shape[0], 1)
            torch.sparse.sampled_addmm(
                total,
                part.permute(1, 0, 2).flatten(1),
                window.permute(0, 1, 3, 2).flatten(2).flatten(0, 1).T,
                out=total,
            )
        return total.values()


def multiply(matrix: Tensor, window: Tensor, added: Tensor, out: Tensor) -> Tensor:
    """Write ``added + matrix @ window`` to ``out`` and return it.

    Parameters
    ----------
    matrix
        ``(n_rows, n_columns)``, sparse or dense.
    window
        ``(n_blocks, n_columns / n_blocks, batch)``, contiguous.
    added, out
        ``(n_rows, batch)``.
    """
    return torch.addmm(added, matrix, window.flatten(0, 1), out=out)
