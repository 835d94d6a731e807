"""The membrane between input and threshold: lag, crossings, cells just reset."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bridge.arrays import FloatArray
from ratemodel.cells.transfer import VARIANCE_FLOOR, TorchTransfer

PER_S = 1e3
"""1/ms to Hz."""


class Crossings(NamedTuple):
    """What the membrane says of a moment, Hz, each ``(n_cells, batch)``.

    Attributes
    ----------
    moving, still
        G and F of :class:`Membrane`.
    rate
        The rate, ``a G``.
    """

    moving: Tensor
    still: Tensor
    rate: Tensor


@dataclass(frozen=True)
class Membrane:
    r"""What a population does between a change of its input and its new rate.

    Two states per cell follow the mean input :math:`\mu` (pA). The free membrane
    potential lags, :math:`\tau_m\dot u=\mu-u`, and :math:`a` is the share of
    cells that have not just been reset, relative to the steady state. With
    :math:`d=\theta-u/g` the distance to threshold and :math:`\sigma` the membrane
    fluctuation,

    .. math::
       G &= F\bigl(u+\Phi(-d/\sigma)(\mu-u),\sigma\bigr)
            +\min(F,R)\,[h(x)-1],\quad r=a\,G\\
       R &= \frac{\sigma_{\dot v}}{2\pi\sigma}e^{-d^2/2\sigma^2},\quad
       h(x) = e^{-x^2}+\sqrt\pi\,x\,(1+\operatorname{erf}x),\quad
       x = \frac{\mu-u}{\sqrt2\,g\,\tau_m\sigma_{\dot v}}\\
       \dot a &= (1-a)/\tau_m-(G-F)\,a

    * :math:`R\,h(x)` is the rate at which a Gaussian potential whose mean moves
      with velocity :math:`\dot u/g` crosses the threshold upwards (Rice 1945,
      Bell Syst. Tech. J. 24:46, section 3.3, with a moving mean; Badel 2011,
      Phys. Rev. E 84:041919, and Plesser & Gerstner 2000, Neural Comput. 12:367,
      for spiking neurons). F counts the crossings at rest, :math:`h(0)=1`; what
      the movement adds is counted as long as the noise makes the crossings,
      hence ``min``.
    * Cells whose free potential lies above threshold, a share
      :math:`\Phi(-d/\sigma)`, are driven over it by the current itself: their
      rate follows :math:`\mu` without the membrane's lag.
    * Spikes beyond F come from cells that are then reset and absent for about
      :math:`\tau_m` (the refractory factor of Wilson & Cowan 1972, Biophys. J.
      12:1, relative to what F contains already).

    In a steady state :math:`u=\mu`, :math:`a=1` and :math:`r=F(\mu,\sigma)`.

    Attributes
    ----------
    tau
        :math:`\tau_m`, ms, ``(n_cells, 1)``.
    leak
        g, nS, ``(n_cells, 1)``.
    threshold
        Threshold above the resting potential, mV, ``(n_cells, 1)``.
    decorrelation
        :math:`\sigma_{\dot v}^2/\sigma^2` of what each slot of the input brings,
        1/ms^2, ``(n_slots, n_cells, 1)``; see
        :func:`bridge.reduction.moments.kernels.alpha_decorrelation_per_ms2`.
    dt_ms
        Step, ms.
    """

    tau: Tensor
    leak: Tensor
    threshold: Tensor
    decorrelation: Tensor
    dt_ms: float

    @classmethod
    def from_arrays(
        cls,
        tau_m_ms: FloatArray,
        leak_ns: FloatArray,
        threshold_mv: FloatArray,
        decorrelation_per_ms2: FloatArray,
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> "Membrane":
        """Copy arrays ``(n_cells,)`` and ``(n_slots, n_cells)`` to tensors."""

        def column(array: FloatArray) -> Tensor:
            return torch.as_tensor(array[..., None].copy(), dtype=dtype, device=device)

        return cls(
            column(tau_m_ms),
            column(leak_ns),
            column(threshold_mv),
            column(decorrelation_per_ms2),
            dt_ms,
        )

    def steady(self, mean: Tensor) -> Tensor:
        """Return the states at rest under a constant mean input, pA.

        The lagged input (pA) and the share of cells that are free to spike.
        """
        return torch.stack((mean, torch.ones_like(mean)))

    def rate(
        self, transfer: TorchTransfer, states: Tensor, mean: Tensor, variance: Tensor
    ) -> Tensor:
        """Return the rate, Hz, ``(n_cells, batch)``.

        Parameters
        ----------
        transfer
            F.
        states
            ``(2, n_cells, batch)``.
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance
            Variance of the free membrane potential by slot, mV^2, ``(n_slots,
            n_cells, batch)``.
        """
        return self.crossings(transfer, states, mean, variance).rate

    def step(self, states: Tensor, mean: Tensor, crossings: Crossings) -> Tensor:
        """Return the states a step later, exact for constant input and rates."""
        moving, still, _ = crossings
        lagged = torch.lerp(states[0], mean, -torch.expm1(-self.dt_ms / self.tau))
        pace = 1.0 / self.tau + (moving - still) / PER_S
        settled = 1.0 / (self.tau * pace)
        free = torch.lerp(settled, states[1], torch.exp(-self.dt_ms * pace))
        return torch.stack((lagged, free))

    def derivative(self, states: Tensor, mean: Tensor, crossings: Crossings) -> Tensor:
        """Return the time derivative of the states, per ms."""
        moving, still, _ = crossings
        lag = (mean - states[0]) / self.tau
        excess = (moving - still) / PER_S * states[1]
        return torch.stack((lag, (1.0 - states[1]) / self.tau - excess))

    def crossings(
        self, transfer: TorchTransfer, states: Tensor, mean: Tensor, variance: Tensor
    ) -> Crossings:
        """Return G, F and the rate; arguments as for :meth:`rate`."""
        lagged = states[0]
        total = variance.sum(0).clamp_min(VARIANCE_FLOOR)
        sigma = total.sqrt()
        speed = (variance * self.decorrelation).sum(0).clamp_min(VARIANCE_FLOOR).sqrt()
        distance = (self.threshold - lagged / self.leak) / sigma
        above = torch.special.ndtr(-distance)
        still = transfer(torch.lerp(lagged, mean, above), total)
        crossing = (PER_S / (2.0 * np.pi)) * (speed / sigma)
        crossing = crossing * torch.exp(-0.5 * distance**2)
        x = (mean - lagged) / (2.0**0.5 * self.leak * self.tau * speed)
        moving = still + torch.minimum(still, crossing) * _crossing_gain(x)
        return Crossings(moving, still, states[1] * moving)


def _crossing_gain(x: Tensor) -> Tensor:
    """Return ``h(x) - 1``; never below -1 but by rounding."""
    x = x.clamp(-X_LIMIT, X_LIMIT)
    gain: Tensor = torch.exp(-x * x) + np.pi**0.5 * x * (1.0 + torch.erf(x)) - 1.0
    return gain


X_LIMIT = 30.0
"""Velocity, in units of the noise's, beyond which the crossings no longer grow:
reached only while the variance is still 0 at the start of a run."""
