"""The slow after-spike current as a state of the rate model."""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from bridge.arrays import FloatArray

PER_MS = 1e-3
"""Hz to spikes per ms."""


@dataclass(frozen=True)
class Adaptation:
    r"""Mean after-spike current, :math:`\dot A=-kA+a\,r` with r in 1/ms.

    The average over spikes of the after-spike currents of GLIF3 (Teeter et al.
    2018, Nat. Commun. 9:709), each of which jumps by its
    amplitude at a spike and decays at rate k. One row per slow component.

    Attributes
    ----------
    rate
        k, 1/ms, ``(n_components, n_cells, 1)``.
    gain
        Steady current per rate, ``a / k``, pA per Hz, same shape.
    share, half_share
        ``1 - exp(-k dt)`` and ``1 - exp(-k dt / 2)``, same shape.
    """

    rate: Tensor
    gain: Tensor
    share: Tensor
    half_share: Tensor

    @classmethod
    def from_arrays(
        cls,
        amplitude_pa: FloatArray,
        rate_per_ms: FloatArray,
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> "Adaptation":
        """Keep the components that any cell uses.

        Parameters
        ----------
        amplitude_pa, rate_per_ms
            Amplitudes (pA) and decay rates (1/ms), ``(n_cells, n_components)``.
        dt_ms
            Step, ms.
        dtype, device
            Of the tensors.
        """
        used = amplitude_pa.any(axis=0)
        amplitude, rate = amplitude_pa[:, used].T, rate_per_ms[:, used].T
        if rate.size:
            # Where the amplitude is 0 the state stays 0 whatever its rate; the
            # fastest one keeps it from posing as the network's slowest mode.
            rate = np.where(amplitude == 0.0, rate.max(), rate)
        values = (
            rate,
            amplitude / rate * PER_MS,
            -np.expm1(-rate * dt_ms),
            -np.expm1(-0.5 * rate * dt_ms),
        )
        return cls(
            *(
                torch.as_tensor(value[..., None].copy(), dtype=dtype, device=device)
                for value in values
            )
        )

    @property
    def n_components(self) -> int:
        """Number of components, 0 when switched off."""
        return int(self.rate.shape[0])

    @property
    def n_sums(self) -> int:
        """Rows of :meth:`ahead`: 1, or 0 when switched off."""
        return min(self.n_components, 1)

    def step(self, current: Tensor, rate_hz: Tensor) -> Tensor:
        """Return the currents ``(n_components, n_cells, batch)`` a step later."""
        if not self.n_components:
            return current
        return torch.lerp(current, self.gain * rate_hz, self.share)

    def adjoint(self, grad_next: Tensor, grad_rate: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradient by the currents, and ``grad_rate`` with theirs added.

        Parameters
        ----------
        grad_next
            Gradient by the currents a step later,
            ``(n_components, n_cells, batch)``.
        grad_rate
            Gradient by the rates so far, ``(n_cells, batch)``.
        """
        if not self.n_components:
            return grad_next, grad_rate
        shared = self.share * grad_next
        for gain, part in zip(self.gain, shared, strict=True):
            grad_rate = torch.addcmul(grad_rate, gain, part)
        return grad_next - shared, grad_rate

    def ahead(self, current: Tensor, rate_hz: Tensor) -> Tensor:
        """Return the sum of the currents half a step later.

        Parameters
        ----------
        current
            Currents, pA, ``(n_components, n_cells, batch)``.
        rate_hz
            Rates until then, Hz, ``(n_cells, batch)``; those of half a step
            before make an error of second order.

        Returns
        -------
        Tensor
            pA, ``(n_sums, n_cells, batch)``.
        """
        if not self.n_components:
            return current
        later = torch.lerp(current, self.gain * rate_hz, self.half_share)
        return later.sum(0, keepdim=True)

    def ahead_adjoint(
        self, grad_sum: Tensor, grad_current: Tensor, grad_rate: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Return both gradients with those through :meth:`ahead` added.

        Parameters
        ----------
        grad_sum
            Gradient by the sum, ``(n_sums, n_cells, batch)``.
        grad_current, grad_rate
            Gradients by the currents and by the rates so far.
        """
        if not self.n_components:
            return grad_current, grad_rate
        shared = self.half_share * grad_sum
        for gain, part in zip(self.gain, shared, strict=True):
            grad_rate = torch.addcmul(grad_rate, gain, part)
        return grad_current + (grad_sum - shared), grad_rate

    def steady(self, rate_hz: Tensor) -> Tensor:
        """Return the currents at a constant rate, pA."""
        return self.gain * rate_hz

    def derivative(self, current: Tensor, rate_hz: Tensor) -> Tensor:
        """Return the time derivative of the currents, pA/ms."""
        return self.rate * (self.gain * rate_hz - current)
