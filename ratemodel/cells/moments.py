"""Second moments of current and free membrane potential, away from steady states."""

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor

from bridge.arrays import FloatArray
from ratemodel.cells.transfer import VARIANCE_FLOOR

N_MOMENTS = 6
"""yy, yI, II, yV, IV and VV; y is the first stage of an alpha current."""

_YY, _YI, _II, _YV, _IV, _VV = range(N_MOMENTS)


class Spread(NamedTuple):
    """Second moments of the free potential and its velocity, ``(n_cells, batch)``.

    Attributes
    ----------
    potential
        Variance of the potential, mV^2, at least :data:`VARIANCE_FLOOR`.
    both
        Covariance of potential and velocity, mV^2/ms; 0 in a steady state.
    velocity
        Variance of the velocity, mV^2/ms^2.
    """

    potential: Tensor
    both: Tensor
    velocity: Tensor


@dataclass(frozen=True)
class Moments:
    r"""How the fluctuations of the membrane follow the rates of its inputs.

    An alpha synapse under Poisson spikes, :math:`\dot y=-y/\tau+\text{shots}`,
    :math:`\dot I=-I/\tau+y`, :math:`\dot V=-V/\tau_m+I/C`, has second moments that
    obey linear equations (Gardiner 2009, Stochastic Methods, section 4.4.6), driven
    by :math:`q=\sum w^2\nu(t)`. Each is held in units of its steady value per
    variance of V, so that all six of them are mV^2, equal the variance
    :math:`x` of V under steady input when the input is steady, and the weights and
    the capacitance drop out:

    .. math::
       \dot{yy}&=\tfrac2\tau(x-yy) & \dot{yV}&=k(yI-yV),\quad k=1/\tau+1/\tau_m\\
       \dot{yI}&=\tfrac2\tau(yy-yI)
           & \dot{IV}&=k\bigl(\alpha\,yV+(1-\alpha)II-IV\bigr),\quad
             \alpha=1/(2+\tau/\tau_m)\\
       \dot{II}&=\tfrac2\tau(yI-II) & \dot{VV}&=\tfrac2{\tau_m}(IV-VV)

    A step is exact for input that is constant during it (Rotter & Diesmann 1999,
    Biol. Cybern. 81:381).

    Attributes
    ----------
    propagator, to_the_middle
        Of a step, and of half of one, ``(n_slots, n_cells, 6, 6)``.
    generator
        Of the equations above, 1/ms, same shape.
    tau
        :math:`\tau_m`, ms, ``(n_cells, 1)``.
    roughness
        :math:`1/\tau_m^2+1/(\tau(\tau+2\tau_m))`, 1/ms^2: what II is of the
        variance of :math:`I/C`, ``(n_slots, n_cells, 1)``.
    """

    propagator: Tensor
    to_the_middle: Tensor
    generator: Tensor
    tau: Tensor
    roughness: Tensor

    @classmethod
    def from_arrays(
        cls,
        tau_syn_ms: FloatArray,
        tau_m_ms: FloatArray,
        dt_ms: float,
        dtype: torch.dtype,
        device: torch.device,
    ) -> "Moments":
        """Return the moments for a step (ms); the exponentials in double precision.

        Parameters
        ----------
        tau_syn_ms, tau_m_ms
            Synaptic time constants by slot, ``(n_slots, n_cells)``, and that of the
            membrane, ``(n_cells,)``, ms.
        dt_ms
            Step, ms.
        dtype, device
            Of the tensors.
        """
        tau = torch.as_tensor(tau_syn_ms.copy(), dtype=torch.float64)
        tau_m = torch.as_tensor(tau_m_ms.copy(), dtype=torch.float64).expand_as(tau)
        both, share = 1.0 / tau + 1.0 / tau_m, 1.0 / (2.0 + tau / tau_m)
        generator = tau.new_zeros(*tau.shape, N_MOMENTS, N_MOMENTS)
        pace = (2.0 / tau, 2.0 / tau, 2.0 / tau, both, both, 2.0 / tau_m)
        for moment, rate in enumerate(pace):
            generator[..., moment, moment] = -rate
        generator[..., _YI, _YY] = generator[..., _II, _YI] = 2.0 / tau
        generator[..., _YV, _YI] = both
        generator[..., _IV, _YV] = both * share
        generator[..., _IV, _II] = both * (1.0 - share)
        generator[..., _VV, _IV] = 2.0 / tau_m
        roughness = 1.0 / tau_m**2 + 1.0 / (tau * (tau + 2.0 * tau_m))
        tensors = (
            torch.linalg.matrix_exp(dt_ms * generator),
            torch.linalg.matrix_exp(0.5 * dt_ms * generator),
            generator,
            tau_m[0, :, None],
            roughness[..., None],
        )
        return cls(*(tensor.to(dtype=dtype, device=device) for tensor in tensors))

    def steady(self, variance: Tensor) -> Tensor:
        """Return the moments under steady input.

        Parameters
        ----------
        variance
            Variance of the free potential by slot, mV^2, ``(n_slots, n_cells,
            batch)``.

        Returns
        -------
        Tensor
            mV^2, ``(n_slots, n_cells, 6, batch)``.
        """
        return variance.unsqueeze(2).repeat(1, 1, N_MOMENTS, 1)

    def step(self, moments: Tensor, variance: Tensor) -> Tensor:
        """Return the moments a step later.

        Parameters
        ----------
        moments
            As :meth:`steady` returns them.
        variance
            Variance that the free potential would have if the input of this step
            lasted, by slot, mV^2, ``(n_slots, n_cells, batch)``.
        """
        target = variance.unsqueeze(2)
        return target + self.propagator @ (moments - target)

    def middle(self, moments: Tensor, variance: Tensor) -> Tensor:
        """Return the moments half a step later; arguments as for :meth:`step`."""
        target = variance.unsqueeze(2)
        return target + self.to_the_middle @ (moments - target)

    def derivative(self, moments: Tensor, variance: Tensor) -> Tensor:
        """Return the time derivative of the moments, mV^2/ms."""
        return self.generator @ (moments - variance.unsqueeze(2))

    def spread(self, moments: Tensor) -> Spread:
        r"""Return the moments of potential and velocity, summed over the slots.

        :math:`\langle VV\rangle`, :math:`-\langle VV\rangle/\tau_m+\langle
        IV\rangle/C` and :math:`\langle VV\rangle/\tau_m^2-2\langle
        IV\rangle/(C\tau_m)+\langle II\rangle/C^2`.
        """
        potential, mixed = moments[:, :, _VV].sum(0), moments[:, :, _IV].sum(0)
        current = (moments[:, :, _II] * self.roughness).sum(0)
        return Spread(
            potential.clamp_min(VARIANCE_FLOOR),
            (mixed - potential) / self.tau,
            (potential - 2.0 * mixed) / self.tau**2 + current,
        )
