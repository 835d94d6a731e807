"""The transfer function and its slopes in one compiled pass on a CPU."""

import ctypes
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from ratemodel.kernels.compiled_library import addresses, compiled_library

SOURCE = Path(__file__).with_suffix(".cpp")


class TransferKernel:
    """``linearise_float`` of ``transfer_kernel.cpp`` for the cells of a network.

    A pass of :meth:`ratemodel.cells.transfer.TorchTransfer.linearise` takes torch some
    twenty walks through memory.

    Parameters
    ----------
    library
        The compiled file, loaded.
    constants
        The fields of :class:`ratemodel.cells.transfer.TorchTransfer` in their order,
        float32, ``(n_cells, 1)``.
    limits
        Limit of f (Hz), floor of the argument, of the variance (mV^2), and
        of the stretch of the width.
    """

    def __init__(
        self,
        library: ctypes.CDLL,
        constants: Sequence[Tensor],
        limits: tuple[float, float, float, float],
    ) -> None:
        pointer, length = ctypes.c_void_p, ctypes.c_int64
        self._function = library.linearise_float
        self._function.argtypes = [pointer, pointer, length, length, *[pointer] * 5]
        self._function.argtypes += [ctypes.c_int]
        self._kept = [constant.contiguous() for constant in constants]
        self._constants = (ctypes.c_void_p * len(self._kept))(
            *(constant.data_ptr() for constant in self._kept)
        )
        self._n_cells = self._kept[0].shape[0]
        self._limits = (ctypes.c_float * len(limits))(*limits)

    @classmethod
    def build(
        cls, constants: Sequence[Tensor], limits: tuple[float, float, float, float]
    ) -> "TransferKernel | None":
        """Return the kernel; None where it cannot be compiled or used."""
        if any(c.device.type != "cpu" or c.dtype != torch.float32 for c in constants):
            return None
        library = compiled_library(SOURCE)
        return None if library is None else cls(library, constants, limits)

    def takes(self, *inputs: Tensor) -> bool:
        """Return whether these are such as :meth:`linearise` needs."""
        shape = inputs[0].shape
        return shape[:-1] == (self._n_cells,) and all(
            given.shape == shape
            and given.dtype == torch.float32
            and given.device.type == "cpu"
            and given.is_contiguous()
            and not (given.requires_grad and torch.is_grad_enabled())
            for given in inputs
        )

    def linearise(
        self, mean: Tensor, variance: Tensor | None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return rates and slopes.

        Parameters
        ----------
        mean, variance
            pA and mV^2, ``(n_cells, batch)``, float32, contiguous; no variance
            where F is frozen at its working point. No gradient flows back.

        Returns
        -------
        tuple
            As :meth:`ratemodel.cells.transfer.TorchTransfer.linearise`.
        """
        n_slopes = 1 if variance is None else 2
        rate, *slopes = (torch.empty_like(mean) for _ in range(1 + n_slopes))
        self._function(
            self._constants,
            self._limits,
            *mean.shape,
            *addresses(mean),
            None if variance is None else addresses(variance)[0],
            *addresses(rate, *slopes),
            *[None] * (2 - n_slopes),
            torch.get_num_threads(),
        )
        return rate, tuple(slopes)
