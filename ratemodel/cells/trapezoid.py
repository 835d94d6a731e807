"""A first-order low-pass of input that is a straight line between the steps."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Trapezoid:
    r"""First-order low-pass, :math:`\tau\dot x=u-x`, of linear input.

    For :math:`u` linear between the steps, exactly

    .. math::
       x_{n+1}=e\,x_n+(\varphi-e)\,u_n+(1-\varphi)\,u_{n+1},\quad
       e=e^{-dt/\tau},\quad \varphi=(1-e)\,\tau/dt

    (first-order hold: Hochbruck & Ostermann 2010, Acta Numerica 19:209,
    section 2.1). The state is :math:`c_n=x_n-(1-\varphi)u_n`, what is known
    before :math:`u_n` is:
    :math:`c_{n+1}=e\,x_n+\kappa\,(x_n-c_n)`, :math:`\kappa=(\varphi-e)/(1-\varphi)`,
    so that :math:`u` need not be kept. :math:`\kappa` lies between 0
    (:math:`\tau\ll dt`) and 1.

    Attributes
    ----------
    newest
        :math:`1-\varphi`; broadcasts with ``(n_rows, batch)``.
    kept, undone
        :math:`e+\kappa` and :math:`\kappa`.
    """

    newest: Tensor
    kept: Tensor
    undone: Tensor

    @classmethod
    def from_tau(cls, tau: Tensor, dt_ms: float) -> "Trapezoid":
        """Return the filter of time constant ``tau`` (ms) for a step (ms)."""
        ratio = dt_ms / tau.double()  # 1 - phi is a small difference of large numbers
        decay, lost = torch.exp(-ratio), -torch.expm1(-ratio)
        newest = 1.0 - lost / ratio
        undone = (lost / ratio - decay) / newest
        return cls(newest.to(tau), (decay + undone).to(tau), undone.to(tau))

    def value(self, carried: Tensor, target: Tensor) -> Tensor:
        """Return the output for the input of now."""
        return torch.addcmul(carried, self.newest, target)

    def carry(self, carried: Tensor, value: Tensor) -> Tensor:
        """Return the state one step later, for the output of now."""
        return self.kept * value - self.undone * carried

    def carry_adjoint(self, grad_next: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gradients by the state and by the output of :meth:`carry`."""
        return -self.undone * grad_next, self.kept * grad_next
