"""Large tensors used again: on a CPU fresh memory costs as much as arithmetic."""

from collections import defaultdict

import torch
from torch import Tensor


class SlabPool:
    """Keeps the tensors of steps between sequences.

    Touching 100 MB for the first time takes 25,000 page faults, some 50 ms. On
    a GPU torch's own allocator keeps the memory, and a captured graph must not
    share it: there nothing is kept here.
    """

    def __init__(self) -> None:
        self._free: defaultdict[tuple[torch.Size, torch.dtype], list[Tensor]]
        self._free = defaultdict(list)

    def take(self, n_steps: int, like: Tensor) -> Tensor:
        """Return a tensor of so many steps like those given, uninitialised.

        Parameters
        ----------
        n_steps
            Length of the first axis.
        like
            Its other axes, type and device.
        """
        shape = torch.Size((n_steps, *like.shape[1:]))
        free = self._free[shape, like.dtype]
        return free.pop() if free else like.new_empty(shape)

    def give_back(self, *slabs: Tensor) -> None:
        """Take back tensors that nobody reads any more."""
        for slab in slabs:
            if slab.device.type == "cpu" and not slab.is_inference():
                self._free[slab.shape, slab.dtype].append(slab)
