"""Exact discrete low-pass filters for input that is constant during a step."""

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

Stages = tuple[Tensor, ...]
"""States of a filter, one tensor ``(n_rows, batch)`` per stage."""


class Filter(Protocol):
    """A linear low-pass filter of unit gain at frequency zero."""

    @property
    def n_stages(self) -> int:
        """Number of state tensors."""

    def step(self, stages: Stages, target: Tensor) -> Stages:
        """Return the stages one step later under a constant ``target``."""

    def derivative(self, stages: Stages, target: Tensor) -> Stages:
        """Return the time derivative of the stages, per ms."""

    def adjoint(self, grad_next: Stages) -> tuple[Stages, Tensor]:
        """Return the gradients by the stages and by the target of a step."""


@dataclass(frozen=True)
class SinglePole:
    r"""First-order low-pass, :math:`\tau\dot x=u-x`.

    Discrete form :math:`x\leftarrow e^{-dt/\tau}x+(1-e^{-dt/\tau})u`, exact for
    ``u`` constant during the step (Rotter & Diesmann 1999, Biol. Cybern.
    81:381, exact integration).

    Attributes
    ----------
    tau
        Time constant, ms; broadcasts with ``(n_rows, batch)``.
    share
        ``1 - exp(-dt / tau)``.
    """

    tau: Tensor
    share: Tensor

    @classmethod
    def from_tau(cls, tau: Tensor, dt_ms: float) -> "SinglePole":
        """Return the filter of time constant ``tau`` (ms) for a step (ms)."""
        return cls(tau, -torch.expm1(-dt_ms / tau))

    @property
    def n_stages(self) -> int:
        """One."""
        return 1

    def step(self, stages: Stages, target: Tensor) -> Stages:
        """Return the stages one step later under a constant ``target``."""
        return (torch.lerp(stages[0], target, self.share),)

    def derivative(self, stages: Stages, target: Tensor) -> Stages:
        """Return the time derivative of the stages, per ms."""
        return ((target - stages[0]) / self.tau,)

    def adjoint(self, grad_next: Stages) -> tuple[Stages, Tensor]:
        """Return the gradients by the stages and by the target of a step."""
        by_target = self.share * grad_next[0]
        return (grad_next[0] - by_target,), by_target


@dataclass(frozen=True)
class AlphaCascade:
    r"""Two equal poles in series: the alpha kernel :math:`(t/\tau^2)e^{-t/\tau}`.

    :math:`\tau\dot x_1=u-x_1`, :math:`\tau\dot x_2=x_1-x_2`, output
    :math:`x_2`. With :math:`d=x_1-u` and :math:`e=e^{-dt/\tau}` the propagator
    (matrix exponential of the Jordan block; Rotter & Diesmann 1999) is
    :math:`x_1\leftarrow u+e\,d` and
    :math:`x_2\leftarrow u+e\,[x_2-u+(dt/\tau)\,d]`. The mean delay is
    :math:`2\tau`.

    Attributes
    ----------
    tau
        Time constant of each pole, ms; broadcasts with ``(n_rows, batch)``.
    decay
        ``exp(-dt / tau)``.
    ratio
        ``dt / tau``.
    """

    tau: Tensor
    decay: Tensor
    ratio: Tensor

    @classmethod
    def from_tau(cls, tau: Tensor, dt_ms: float) -> "AlphaCascade":
        """Return the cascade of poles ``tau`` (ms) for a step (ms)."""
        return cls(tau, torch.exp(-dt_ms / tau), dt_ms / tau)

    @property
    def n_stages(self) -> int:
        """Two."""
        return 2

    def step(self, stages: Stages, target: Tensor) -> Stages:
        """Return the stages one step later under a constant ``target``."""
        first, second = stages
        distance = first - target
        return (
            torch.addcmul(target, self.decay, distance),
            torch.lerp(target, torch.addcmul(second, self.ratio, distance), self.decay),
        )

    def derivative(self, stages: Stages, target: Tensor) -> Stages:
        """Return the time derivative of the stages, per ms."""
        first, second = stages
        return ((target - first) / self.tau, (first - second) / self.tau)

    def adjoint(self, grad_next: Stages) -> tuple[Stages, Tensor]:
        """Return the gradients by the stages and by the target of a step."""
        first, last = grad_next
        by_second = self.decay * last
        by_first = torch.addcmul(self.decay * first, self.ratio, by_second)
        by_target = (first - by_first) + (last - by_second)
        return (by_first, by_second), by_target
