"""What a product with a matrix of fixed entries must offer."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from torch import Tensor


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
    reads the step ``n_blocks - 1 - b`` ago. The transposed product reads the
    window of the same length that begins now.
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

    def multiply(
        self, window: Tensor, added: Tensor, out: Tensor, rates: Tensor
    ) -> Tensor:
        """Write ``added + transposed @ window`` to ``out`` and return it.

        Parameters
        ----------
        window
            Gradients by the rows of a step and of those after it,
            ``(n_blocks, n_rows, batch)``, contiguous.
        added, out
            ``(n_sources, batch)``; they may be the same.
        rates
            Right factor of the step, ``(n_sources, batch)``.
        """

    def collect(self, drives: Tensor, rates: Tensor, is_first: bool) -> None:
        """Take the share of a part of the steps in the gradient.

        Parts come last one first, each after all of its steps were multiplied;
        after the last one the gradients are 0.

        Parameters
        ----------
        drives
            Gradients by the rows, ``(n_steps + n_blocks - 1, n_rows, batch)``: of
            the steps of the part and of those after it.
        rates
            Right factors, ``(n_blocks - 1 + n_steps, n_sources, batch)``: of the
            steps before the part and of its own.
        is_first
            Whether there are no steps before the part that are multiplied.
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

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    n_rows: int
    n_sources: int
    n_blocks: int

    def transposed(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return rows and columns of the entries in the transposed product."""
        block, source = np.divmod(self.column, self.n_sources)
        return source, (self.n_blocks - 1 - block) * self.n_rows + self.row
