"""Compiled products of a compressed-row matrix on a CPU, where a compiler is."""

import ctypes
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from ratemodel.kernels.compiled_library import addresses, compiled_library

SOURCE = Path(__file__).with_suffix(".cpp")
SUFFIX = {torch.float32: "float", torch.float64: "double"}


class CsrKernels:
    """The functions of ``csr_kernels.cpp`` on contiguous tensors.

    Parameters
    ----------
    library
        The compiled file, loaded.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        pointer, length = ctypes.c_void_p, ctypes.c_int64
        matrix = [pointer] * 3
        self._multiply, self._fused, self._sampled = {}, {}, {}
        for dtype, suffix in SUFFIX.items():
            multiply = getattr(library, f"multiply_{suffix}")
            multiply.argtypes = [length, *matrix, length, *[pointer] * 3, ctypes.c_int]
            sampled = getattr(library, f"sampled_{suffix}")
            sampled.argtypes = [length, pointer, pointer, length, length]
            sampled.argtypes += [pointer, length] * 2 + [pointer, ctypes.c_int]
            fused = getattr(library, f"fused_{suffix}")
            fused.argtypes = [length, *matrix, length, *[pointer] * 4, ctypes.c_int]
            self._multiply[dtype], self._sampled[dtype] = multiply, sampled
            self._fused[dtype] = fused

    def multiply(
        self,
        indptr: Tensor,
        indices: Tensor,
        values: Tensor,
        window: Tensor,
        added: Tensor,
        out: Tensor,
    ) -> None:
        """Write ``added + matrix @ window`` to ``out``.

        Parameters
        ----------
        indptr, indices, values
            The matrix ``[row, column]``, compressed by row.
        window
            ``(..., batch)``, one line per column.
        added, out
            ``(n_rows, batch)``; they may be the same.
        """
        n_rows, batch = out.shape
        self._multiply[values.dtype](
            n_rows,
            *addresses(indptr, indices, values),
            batch,
            *addresses(window, added, out),
            torch.get_num_threads(),
        )

    def add_product_and_gradient(
        self,
        indptr: Tensor,
        indices: Tensor,
        values: Tensor,
        window: Tensor,
        own: Tensor,
        out: Tensor,
        gradient: Tensor,
    ) -> None:
        """Add ``matrix @ window`` to ``out``, and ``own . window`` to the gradient.

        Parameters
        ----------
        indptr, indices, values, window
            As for :meth:`multiply`.
        own, out
            ``(n_rows, batch)``.
        gradient
            ``(n_entries,)``; to each entry the product of the lines of ``own`` at
            its row and of ``window`` at its column is added.
        """
        n_rows, batch = out.shape
        self._fused[values.dtype](
            n_rows,
            *addresses(indptr, indices, values),
            batch,
            *addresses(window, own, out, gradient),
            torch.get_num_threads(),
        )

    def add_sampled(
        self, indptr: Tensor, indices: Tensor, left: Tensor, right: Tensor, out: Tensor
    ) -> None:
        """Add the sampled product over steps and trials to every entry.

        Parameters
        ----------
        indptr, indices
            Positions of the entries ``[row, column]``.
        left
            ``(n_steps, n_rows, batch)``.
        right
            ``(at least n_steps, n_sources, batch)``; columns count on beyond
            ``n_sources`` into the next step.
        out
            ``(n_entries,)``.
        """
        n_steps, n_rows, batch = left.shape
        self._sampled[out.dtype](
            n_rows,
            *addresses(indptr, indices),
            n_steps,
            batch,
            *addresses(left),
            left.stride(0),
            *addresses(right),
            right.stride(0),
            *addresses(out),
            torch.get_num_threads(),
        )


@cache
def csr_kernels() -> CsrKernels | None:
    """Return the kernels; None where they cannot be compiled."""
    library = compiled_library(SOURCE)
    return None if library is None else CsrKernels(library)
