"""The rate model's loops in C++ for the CPU, compiled where a compiler is."""

import ctypes
import platform
from functools import cache
from pathlib import Path

from torch import Tensor

from bridge.machine.shared_library import load_shared_library

# A square root that may set errno, or a division that may trap, stays scalar.
FLAGS = ("-O3", "-fopenmp", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math")
X86_FLAGS = ("-march=native", "-mprefer-vector-width=512", "-Wno-psabi")


@cache
def compiled_library(source: Path) -> ctypes.CDLL | None:
    """Load a compiled file, once per process.

    Torch has loaded its OpenMP by now; the library shares its threads.

    Parameters
    ----------
    source
        C++ with functions of C linkage.

    Returns
    -------
    ctypes.CDLL or None
        None where no C++ compiler with OpenMP is found; torch then does the same
        work more slowly.
    """
    on_x86 = platform.machine() in ("x86_64", "AMD64")
    return load_shared_library(source, (*FLAGS, *(X86_FLAGS if on_x86 else ())))


def addresses(*tensors: Tensor) -> list[int]:
    """Return where the numbers of contiguous tensors lie."""
    for tensor in tensors:
        assert tensor.is_contiguous()
    return [tensor.data_ptr() for tensor in tensors]
