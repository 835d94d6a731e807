"""The transfer function F in torch: mean input and its variance to rate."""

from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import softplus

from bridge.reduction.transfer.function import PER_MS, WIDTH_FLOOR, TransferFunction
from ratemodel.kernels.transfer_kernel import TransferKernel

FREE_LIMIT_HZ = 1e6
"""Where f is cut: far above 1/t_ref of any cell; keeps runaways finite."""

ARGUMENT_FLOOR = -30.0
"""Below it softplus is under 1e-13; the floor keeps float32 off denormals."""

VARIANCE_FLOOR = 1e-12
"""mV^2; the square root has no derivative at 0."""


@dataclass(frozen=True)
class TorchTransfer:
    """:class:`bridge.reduction.transfer.function.TransferFunction` on tensors.

    Same law, differentiable, with f cut at :data:`FREE_LIMIT_HZ`. All
    fields have shape ``(n_cells, 1)`` and broadcast over the batch.

    Attributes
    ----------
    scale
        ``a c0^p``, Hz.
    power
        p.
    threshold, width
        b0 and c0, pA: at the working point.
    per_sigma
        ``1 / sigma_0``, 1/mV.
    threshold_slope, threshold_curvature, width_slope
        b1, b2 (pA) and c1 per relative change of sigma.
    dead_time
        t_ref, s.
    """

    scale: Tensor
    power: Tensor
    threshold: Tensor
    width: Tensor
    per_sigma: Tensor
    threshold_slope: Tensor
    threshold_curvature: Tensor
    width_slope: Tensor
    dead_time: Tensor

    @classmethod
    def from_numpy(
        cls, function: TransferFunction, dtype: torch.dtype, device: torch.device
    ) -> "TorchTransfer":
        """Copy a transfer function of ``bridge`` to tensors."""
        arrays = (
            function.gain * function.width_pa**function.power,
            function.power,
            function.threshold_pa,
            function.width_pa,
            1.0 / function.sigma_ref_mv,
            function.threshold_slope_pa,
            function.threshold_curvature_pa,
            function.width_slope,
            PER_MS * function.t_ref_ms,
        )
        return cls(
            *(
                torch.as_tensor(np.array(array)[:, None], dtype=dtype, device=device)
                for array in arrays
            )
        )

    def __call__(self, mean: Tensor, variance: Tensor | None = None) -> Tensor:
        """Return the rate, Hz.

        Parameters
        ----------
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance
            Variance of the free membrane potential, mV^2, same shape; without
            it the function is frozen at its working point.
        """
        if variance is None:
            drive = softplus(self._frozen_argument(mean))
        else:
            point = self._working_point(mean, variance)
            drive = point.stretch * softplus(point.argument)
        free = self._power_law(drive)
        return free * self._awake(free)

    def linearise(
        self, mean: Tensor, variance: Tensor | None = None
    ) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return the rate as the call does, to rounding, and its slopes.

        Returns
        -------
        tuple
            Rate, Hz, and its derivatives by the mean (Hz/pA) and, where there
            is a variance, by the variance (Hz/mV^2). A cell whose f is held at
            :data:`FREE_LIMIT_HZ` has slope 0; below :data:`ARGUMENT_FLOOR` the
            slope is that at the floor, under 1e-13 of the gain.
        """
        given = (mean,) if variance is None else (mean, variance)
        kernel = None if torch.compiler.is_compiling() else self._kernel
        if kernel is not None and kernel.takes(*given):
            return kernel.linearise(mean, variance)
        if variance is None:
            argument = self._frozen_argument(mean)
            drive = softplus(argument)
            rate, per_drive = self._rate_per_drive(drive)
            return rate, (per_drive * torch.sigmoid(argument),)
        point = self._working_point(mean, variance)
        unit, share = softplus(point.argument), torch.sigmoid(point.argument)
        drive = point.stretch * unit
        rate, per_drive = self._rate_per_drive(drive)
        threshold_slope = torch.addcmul(
            self.threshold_slope, self.threshold_curvature, point.shift, value=2.0
        )
        stretched = self.width_slope * _positive(point.stretch - WIDTH_FLOOR)
        # d(stretch softplus)/d(shift), times the width, which per_drive divides by
        by_shift = torch.addcmul(unit, share, point.argument, value=-1.0)
        by_shift = by_shift * (stretched * self.width) - share * threshold_slope
        per_variance = 0.5 * self.per_sigma / point.sigma
        per_variance = per_variance * _positive(variance - VARIANCE_FLOOR)
        return rate, (per_drive * share, per_drive * by_shift * per_variance)

    @cached_property
    def _kernel(self) -> TransferKernel | None:
        constants = [getattr(self, field.name) for field in fields(self)]
        limits = (FREE_LIMIT_HZ, ARGUMENT_FLOOR, VARIANCE_FLOOR, WIDTH_FLOOR)
        return TransferKernel.build(constants, limits)

    def _frozen_argument(self, mean: Tensor) -> Tensor:
        return ((mean - self.threshold) / self.width).clamp_min(ARGUMENT_FLOOR)

    def _working_point(self, mean: Tensor, variance: Tensor) -> "_WorkingPoint":
        sigma = variance.clamp_min(VARIANCE_FLOOR).sqrt()
        shift = sigma * self.per_sigma - 1.0
        slope = torch.addcmul(self.threshold_slope, self.threshold_curvature, shift)
        threshold = torch.addcmul(self.threshold, slope, shift)
        stretch = (self.width_slope * shift + 1.0).clamp_min(WIDTH_FLOOR)
        argument = (mean - threshold) / (self.width * stretch)
        return _WorkingPoint(sigma, shift, stretch, argument.clamp_min(ARGUMENT_FLOOR))

    def _power_law(self, drive: Tensor) -> Tensor:
        # 2^(p log2 x): six times as fast as a power with a tensor of exponents
        free = self.scale * torch.exp2(self.power * torch.log2(drive))
        return free.clamp_max(FREE_LIMIT_HZ)

    def _awake(self, free: Tensor) -> Tensor:
        """Return the share of the time that cells are not refractory."""
        return 1.0 / (1.0 + self.dead_time * free)

    def _rate_per_drive(self, drive: Tensor) -> tuple[Tensor, Tensor]:
        """Return F and dF/d(drive) over the width at the working point."""
        free = self._power_law(drive)
        awake = self._awake(free)
        rate = free * awake
        slope = rate * awake / drive * (self.power / self.width)
        return rate, slope * _positive(FREE_LIMIT_HZ - free)


def _positive(value: Tensor) -> Tensor:
    """Return 1 where positive, else 0; a comparison takes five times as long."""
    return value.clamp_min(0.0).sign()


class _WorkingPoint(NamedTuple):
    """Where F is read when the variance moves."""

    sigma: Tensor
    shift: Tensor
    stretch: Tensor
    argument: Tensor
