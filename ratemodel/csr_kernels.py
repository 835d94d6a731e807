"""Compiled products of a compressed-row matrix on a CPU, where a compiler is."""

import ctypes
import os
import platform
import shlex
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

SOURCE = Path(__file__).with_suffix(".cpp")
FLAGS = ("-O3", "-fopenmp", "-shared", "-fPIC", "-Wno-psabi")
X86_FLAGS = ("-march=native", "-mprefer-vector-width=512")
COMPILE_SECONDS = 60.0
SUFFIX = {torch.float32: "float", torch.float64: "double"}


class CsrKernels:
    """The functions of ``csr_kernels.cpp`` on contiguous tensors.

    Parameters
    ----------
    library
        The compiled file, loaded.
    """

    def __init__(self, library: ctypes.CDLL) -> None:
        self._library = library

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
        function = getattr(self._library, f"multiply_{SUFFIX[values.dtype]}")
        function(
            ctypes.c_int64(out.shape[0]),
            *_addresses(indptr, indices, values),
            ctypes.c_int64(out.shape[1]),
            *_addresses(window, added, out),
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
        function = getattr(self._library, f"sampled_{SUFFIX[out.dtype]}")
        n_steps, n_rows, batch = left.shape
        function(
            ctypes.c_int64(n_rows),
            *_addresses(indptr, indices),
            ctypes.c_int64(n_steps),
            ctypes.c_int64(batch),
            *_addresses(left),
            ctypes.c_int64(left.stride(0)),
            *_addresses(right),
            ctypes.c_int64(right.stride(0)),
            *_addresses(out),
            torch.get_num_threads(),
        )


@cache
def csr_kernels() -> CsrKernels | None:
    """Compile and load the kernels, once per process and in about a second.

    Returns
    -------
    CsrKernels or None
        None where no C++ compiler with OpenMP is found; torch's own products
        then do the same work more slowly.
    """
    flags = [*FLAGS]
    if platform.machine() in ("x86_64", "AMD64"):
        flags.extend(X86_FLAGS)
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "csr_kernels.so"
        try:
            subprocess.run(
                [*compiler, *flags, str(SOURCE), "-o", str(path)],
                check=True,
                capture_output=True,
                timeout=COMPILE_SECONDS,
            )
            # torch has loaded its OpenMP by now; the library shares its threads
            return CsrKernels(ctypes.CDLL(str(path)))
        except (OSError, subprocess.SubprocessError):
            return None


def _addresses(*tensors: Tensor) -> list[ctypes.c_void_p]:
    for tensor in tensors:
        assert tensor.is_contiguous()
    return [ctypes.c_void_p(tensor.data_ptr()) for tensor in tensors]
