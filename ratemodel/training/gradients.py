"""Gradients of tasks that must not drown each other."""

from collections.abc import Sequence

import torch
from torch import Tensor

_SMOOTH = 0.95
"""Weight of the past in the usual norm."""


@torch.no_grad()
def scale_gradients(
    gradients: Sequence[Tensor], norm: Tensor, usual: Tensor, most: float
) -> None:
    """Divide gradients by their task's usual norm, and shorten outliers.

    Tasks share the moments of Adam, which take the scale of the largest gradient: one
    that is ten times smaller, as of a task that is not learned yet, would move the
    weights ten times less. Divided by their running mean, all weigh the same.

    Parameters
    ----------
    gradients
        Changed in place.
    norm
        Their norm together.
    usual
        Running mean of the norm in this task's batches; negative before the first.
        Changed in place.
    most
        Largest norm that is left, in usual norms.
    """
    mean = torch.where(usual < 0.0, norm, _SMOOTH * usual + (1.0 - _SMOOTH) * norm)
    usual.copy_(mean)
    least = torch.finfo(norm.dtype).tiny
    scale = torch.minimum(1.0 / mean.clamp(min=least), most / norm.clamp(min=least))
    for gradient in gradients:
        gradient.mul_(scale)
