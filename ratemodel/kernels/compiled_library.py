"""Loops in C++ for the CPU, compiled where a compiler is."""

import ctypes
import os
import platform
import shlex
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from torch import Tensor

# A square root that may set errno, or a division that may trap, stays scalar.
FLAGS = ("-O3", "-fopenmp", "-shared", "-fPIC", "-fno-math-errno", "-fno-trapping-math")
X86_FLAGS = ("-march=native", "-mprefer-vector-width=512", "-Wno-psabi")
COMPILE_SECONDS = 60.0


@cache
def compiled_library(source: Path) -> ctypes.CDLL | None:
    """Compile and load a file, once per process and in about a second.

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
    flags = [*FLAGS]
    if platform.machine() in ("x86_64", "AMD64"):
        flags.extend(X86_FLAGS)
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / f"{source.stem}.so"
        try:
            subprocess.run(
                [*compiler, *flags, str(source), "-o", str(path)],
                check=True,
                capture_output=True,
                timeout=COMPILE_SECONDS,
            )
            # torch has loaded its OpenMP by now; the library shares its threads
            return ctypes.CDLL(str(path))
        except (OSError, subprocess.SubprocessError):
            return None


def addresses(*tensors: Tensor) -> list[int]:
    """Return where the numbers of contiguous tensors lie."""
    for tensor in tensors:
        assert tensor.is_contiguous()
    return [tensor.data_ptr() for tensor in tensors]
