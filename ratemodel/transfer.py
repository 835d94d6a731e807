"""The transfer function F in torch: mean input and its variance to rate."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bridge.reduction.transfer import WIDTH_FLOOR, TransferFunction

RATE_LIMIT_HZ = 1000.0
"""No cell of the column spikes faster (t_ref >= 1 ms): keeps runaways finite."""

ARGUMENT_FLOOR = -30.0
"""Below it softplus is under 1e-13; the floor keeps float32 off denormals."""

VARIANCE_FLOOR = 1e-12
"""mV^2; the square root has no derivative at 0."""


@dataclass(frozen=True)
class TorchTransfer:
    """:class:`bridge.reduction.transfer.TransferFunction` on tensors.

    Same law, differentiable, with the rate cut at :data:`RATE_LIMIT_HZ`. All
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
    """

    scale: Tensor
    power: Tensor
    threshold: Tensor
    width: Tensor
    per_sigma: Tensor
    threshold_slope: Tensor
    threshold_curvature: Tensor
    width_slope: Tensor

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
            drive = _softplus((mean - self.threshold) / self.width)
        else:
            sigma = variance.clamp_min(VARIANCE_FLOOR).sqrt()
            shift = sigma * self.per_sigma - 1.0
            slope = torch.addcmul(self.threshold_slope, self.threshold_curvature, shift)
            threshold = torch.addcmul(self.threshold, slope, shift)
            stretch = (self.width_slope * shift + 1.0).clamp_min(WIDTH_FLOOR)
            drive = stretch * _softplus((mean - threshold) / (self.width * stretch))
        # exp(p log x): five times as fast as a power with a tensor of exponents
        rate = self.scale * torch.exp(self.power * torch.log(drive))
        return rate.clamp_max(RATE_LIMIT_HZ)


def _softplus(argument: Tensor) -> Tensor:
    return torch.nn.functional.softplus(argument.clamp_min(ARGUMENT_FLOOR))
