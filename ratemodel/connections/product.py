"""What a product with a matrix of fixed entries must offer."""

from dataclasses import dataclass
from typing import Protocol

from torch import Tensor

from bridge.arrays import IntArray


class Matrix(Protocol):
    """A matrix with values."""

    def multiply(self, window: Tensor, added: Tensor, out: Tensor) -> Tensor:
        """Write ``added + matrix @ window`` to ``out`` and return it.

        Parameters
        ----------
        window
            ``(n_blocks, n_columns / n_blocks, batch)``, contiguous.
        added, out
            ``(n_rows, batch)``; they may be the same.
        """


class Product(Protocol):
    """A matrix of fixed entries in blocks of columns, one for each delay.

    Its right factor is a window of ``n_blocks`` steps, oldest first: block b
    reads the step ``n_blocks - 1 - b`` ago.
    """

    @property
    def n_blocks(self) -> int:
        """Number of blocks."""

    @property
    def n_entries(self) -> int:
        """Number of entries."""

    def forward_matrix(self, values: Tensor) -> Matrix:
        """Return the matrix with these values, ``(n_entries,)``."""

    def adjoint(self, values: Tensor) -> "ProductAdjoint":
        """Return what runs the product with these values back."""

    def add_sampled(self, left: Tensor, right: Tensor, total: Tensor) -> None:
        r"""Add :math:`\sum_{t,b} left_{t,row,b}\,right_{t,column,b}` to every entry.

        Parameters
        ----------
        left
            ``(n_steps, n_rows, batch)``, contiguous.
        right
            ``(n_steps + n_blocks - 1, n_sources, batch)``, contiguous.
        total
            ``(n_entries,)``.
        """


class ProductAdjoint(Protocol):
    """A product on the way back: transposed, and the gradient of its values."""

    def push(self, drive: Tensor, rates: Tensor, pending: Tensor) -> None:
        """Hand the gradient by the result of a step on to what went into it.

        Parameters
        ----------
        drive
            Gradient by the rows, ``(n_rows, batch)``, contiguous.
        rates
            The right factor, ``(n_blocks, n_sources, batch)``, contiguous.
        pending
            Gradient by the right factor, same shape; the step's share is added.
        """

    def collect(self, drives: Tensor, rates: Tensor) -> None:
        """Take the share of some steps in the gradient, all of them pushed.

        Parameters
        ----------
        drives
            ``(n_steps, n_rows, batch)``.
        rates
            ``(n_blocks - 1 + n_steps, n_sources, batch)``: of the steps before as
            well.
        """

    def gradient(self) -> Tensor:
        """Return the gradient by the values, ``(n_entries,)``."""


@dataclass(frozen=True)
class Entries:
    """Positions of the entries of a :class:`Product`, sorted by row, then column.

    Attributes
    ----------
    row, column
        Of every entry.
    n_rows, n_sources, n_blocks
        Rows, columns in a block, blocks.
    """

    row: IntArray
    column: IntArray
    n_rows: int
    n_sources: int
    n_blocks: int
