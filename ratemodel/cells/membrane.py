"""The membrane between input and threshold: lag, crossings, cells just reset."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from bridge.arrays import FloatArray
from bridge.reduction.moments.kernels import alpha_decorrelation_per_ms2
from ratemodel.cells.moments import Moments, Spread
from ratemodel.cells.transfer import VARIANCE_FLOOR, TorchTransfer

PER_S = 1e3
"""1/ms to Hz."""

RATE_FLOOR_HZ = 1e-20
"""Far below any rate; keeps a quotient of two rates that are 0 from being none."""


class MembraneState(NamedTuple):
    """States of the membrane.

    Attributes
    ----------
    lagged
        Mean input that the mean free potential stands for, pA, ``(n_cells, batch)``.
    free
        Share of cells that have not just been reset, relative to the steady state,
        ``(n_cells, batch)``.
    moments
        Second moments of the input's fluctuations, mV^2, ``(n_slots, n_cells, 6,
        batch)``; see :class:`ratemodel.cells.moments.Moments`.
    """

    lagged: Tensor
    free: Tensor
    moments: Tensor


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

    The free membrane potential of a cell is taken for Gaussian, with a mean that
    lags the mean input :math:`\mu` (pA), :math:`\tau_m\dot u=\mu-u`, and with the
    second moments of :class:`ratemodel.cells.moments.Moments`: its variance
    :math:`v`, the variance :math:`w` of its velocity and their covariance
    :math:`c`. The share :math:`a` of cells that have not just been reset is
    relative to the steady state. With :math:`d=\theta-u/g` the distance to
    threshold, :math:`\sigma` the fluctuation under the input of the moment and
    :math:`\sigma_{\dot v}` that of its velocity,

    .. math::
       G &= F\bigl(u+\Phi(-d/\sigma)(\mu-u),\sigma\bigr)
            +\min(F,R)\,[U/R-1],\quad r=a\,G\
       R &= \frac{\sigma_{\dot v}}{2\pi\sigma}e^{-d^2/2\sigma^2},\quad
       U = \frac{e^{-d^2/2v}}{\sqrt{2\pi v}}\,
           \bigl[s\,\varphi(m/s)+m\,\Phi(m/s)\bigr]\\
       m &= \frac{\mu-u}{g\,\tau_m}+\frac cv\,d,\quad s^2=w-\frac{c^2}v,\quad
       \dot a = (1-a)/\tau_m-(G-F)\,a

    * :math:`U` is the rate at which a Gaussian potential crosses the threshold
      upwards: the density at threshold times the mean of the upward velocities
      there (Rice 1945, Bell Syst. Tech. J. 24:46, section 3.3; for a process that
      is not stationary Tchumatchenko & Wolf 2011, PLoS Comput. Biol. 7:e1002239,
      and Badel 2011, Phys. Rev. E 84:041919). When input sets in, the variance of
      the velocity builds up within the synapses' time and that of the potential
      within the membrane's, and until then the two are correlated.
    * F counts the crossings at rest, of which there are :math:`R`; what movement
      adds or takes away is counted as long as the noise makes the crossings,
      hence ``min``.
    * Cells whose free potential lies above threshold, a share
      :math:`\Phi(-d/\sigma)`, are driven over it by the current itself: their
      rate follows :math:`\mu` without the membrane's lag.
    * Spikes beyond F come from cells that are then reset and absent for about
      :math:`\tau_m` (the refractory factor of Wilson & Cowan 1972, Biophys. J.
      12:1, relative to what F contains already).

    In a steady state :math:`u=\mu`, :math:`a=1`, :math:`U=R` and
    :math:`r=F(\mu,\sigma)`.

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
    moments
        Second moments of the free potential.
    dt_ms
        Step, ms.
    """

    tau: Tensor
    leak: Tensor
    threshold: Tensor
    decorrelation: Tensor
    moments: Moments
    dt_ms: float

    @classmethod
    def from_arrays(
        cls,
        tau_m_ms: FloatArray,
        leak_ns: FloatArray,
        threshold_mv: FloatArray,
        tau_syn_ms: FloatArray,
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> "Membrane":
        """Copy arrays ``(n_cells,)``, ``tau_syn_ms`` ``(n_slots, n_cells)``."""

        def column(array: FloatArray) -> Tensor:
            return torch.as_tensor(array[..., None].copy(), dtype=dtype, device=device)

        return cls(
            column(tau_m_ms),
            column(leak_ns),
            column(threshold_mv),
            column(alpha_decorrelation_per_ms2(tau_syn_ms, tau_m_ms)),
            Moments.from_arrays(tau_syn_ms, tau_m_ms, dt_ms, dtype, device),
            dt_ms,
        )

    def steady(self, mean: Tensor, variance: Tensor) -> MembraneState:
        """Return the states at rest under steady input.

        Parameters
        ----------
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance
            Variance of the free membrane potential by slot, mV^2, ``(n_slots,
            n_cells, batch)``.
        """
        return MembraneState(mean, torch.ones_like(mean), self.moments.steady(variance))

    def step(
        self,
        states: MembraneState,
        mean: Tensor,
        variance_drive: Tensor,
        crossings: Crossings,
    ) -> MembraneState:
        """Return the states a step later, exact for constant input and rates.

        Parameters
        ----------
        states
            States now.
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance_drive
            Variance that the input of the step would bring in the end, by slot,
            before any synaptic filter, mV^2, ``(n_slots, n_cells, batch)``.
        crossings
            Of the states now.
        """
        moving, still, _ = crossings
        lagged = torch.lerp(states.lagged, mean, -torch.expm1(-self.dt_ms / self.tau))
        pace = 1.0 / self.tau + (moving - still) / PER_S
        settled = 1.0 / (self.tau * pace)
        free = torch.lerp(settled, states.free, torch.exp(-self.dt_ms * pace))
        return MembraneState(
            lagged, free, self.moments.step(states.moments, variance_drive)
        )

    def derivative(
        self,
        states: MembraneState,
        mean: Tensor,
        variance_drive: Tensor,
        crossings: Crossings,
    ) -> MembraneState:
        """Return the time derivative of the states, per ms; arguments as above."""
        moving, still, _ = crossings
        excess = (moving - still) / PER_S * states.free
        return MembraneState(
            (mean - states.lagged) / self.tau,
            (1.0 - states.free) / self.tau - excess,
            self.moments.derivative(states.moments, variance_drive),
        )

    def crossings(
        self,
        transfer: TorchTransfer,
        states: MembraneState,
        mean: Tensor,
        variance: Tensor,
    ) -> Crossings:
        """Return G, F and the rate.

        Parameters
        ----------
        transfer
            F.
        states
            States now.
        mean
            Mean input, pA, ``(n_cells, batch)``.
        variance
            Variance of the free membrane potential under the input of the moment,
            by slot, mV^2, ``(n_slots, n_cells, batch)``.
        """
        total = variance.sum(0).clamp_min(VARIANCE_FLOOR)
        sigma = total.sqrt()
        speed = (variance * self.decorrelation).sum(0).clamp_min(VARIANCE_FLOOR).sqrt()
        distance = self.threshold - states.lagged / self.leak
        above = torch.special.ndtr(-distance / sigma)
        still = transfer(torch.lerp(states.lagged, mean, above), total)
        at_rest = (PER_S / (2.0 * np.pi)) * (speed / sigma)
        at_rest = at_rest * torch.exp(-0.5 * distance**2 / total)
        velocity = (mean - states.lagged) / (self.leak * self.tau)
        spread = self.moments.spread(states.moments)
        upward = PER_S * upward_crossings(spread, distance, velocity)
        counted = still / torch.maximum(still, at_rest).clamp_min(RATE_FLOOR_HZ)
        moving = still + counted * (upward - at_rest)
        return Crossings(moving, still, states.free * moving)


def upward_crossings(spread: Spread, distance: Tensor, velocity: Tensor) -> Tensor:
    """Return how often a Gaussian potential crosses a level upwards, 1/ms.

    Parameters
    ----------
    spread
        Second moments of the potential and its velocity.
    distance
        Level above the mean potential, mV, ``(n_cells, batch)``.
    velocity
        Velocity of the mean potential, mV/ms, ``(n_cells, batch)``.
    """
    variance, both, own = spread
    slope = both / variance
    noise = (own - slope * both).clamp_min(VARIANCE_FLOOR).sqrt()
    x = ((velocity + slope * distance) / noise).clamp(-X_LIMIT, X_LIMIT)
    density = torch.exp(-0.5 * distance**2 / variance) / variance.sqrt()
    upward = torch.exp(-0.5 * x * x) / (2.0 * np.pi) ** 0.5 + x * torch.special.ndtr(x)
    crossings: Tensor = density / (2.0 * np.pi) ** 0.5 * noise * upward
    return crossings


X_LIMIT = 30.0
"""Velocity, in units of the noise's, beyond which the crossings no longer grow:
reached only while the variance is still 0 at the start of a run."""
