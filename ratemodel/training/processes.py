"""The processes that train one network together, started by ``torchrun``."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import torch
from torch import Tensor, distributed

from bridge.machine.parent import end_with_parent

_LONGEST_WAIT = timedelta(days=1)
"""For the first process, which tests the network while the others wait."""


class Processes:
    """A process among those that share a batch.

    Attributes
    ----------
    rank, world
        Number of this process, and how many there are.
    """

    def __init__(self, rank: int = 0, world: int = 1) -> None:
        self.rank, self.world = rank, world

    @property
    def is_first(self) -> bool:
        """Whether this process writes files and shows progress."""
        return self.rank == 0

    def sum(self, own: Tensor) -> Tensor:
        """Return the sum over all processes; ``own`` stays as it is."""
        if self.world == 1:
            return own
        total = own.clone()
        distributed.all_reduce(total)
        return total

    def sum_in_place(self, tensors: Iterable[Tensor]) -> None:
        """Replace tensors by their sums over all processes, in one message."""
        if self.world == 1:
            return
        parts = list(tensors)
        total = self.sum(torch.cat([part.flatten() for part in parts]))
        for part, summed in zip(
            parts, torch.split(total, [part.numel() for part in parts]), strict=True
        ):
            part.copy_(summed.view_as(part))

    def mean(self, own: Tensor) -> Tensor:
        """Return the mean over all processes."""
        return self.sum(own) / self.world

    def from_first(self, tensors: Iterable[Tensor]) -> None:
        """Overwrite tensors by those of the first process."""
        if self.world > 1:
            for tensor in tensors:
                distributed.broadcast(tensor, 0)


def expected_processes() -> int:
    """Return how many processes ``torchrun`` started; 1 where it did not."""
    return int(os.environ.get("WORLD_SIZE", "1")) if "RANK" in os.environ else 1


@contextmanager
def join_processes() -> Iterator[Processes]:
    """Join the processes that ``torchrun`` started; alone where it did not.

    Yields
    ------
    Processes
        Connected through gloo until the block ends.
    """
    if expected_processes() == 1:
        yield Processes()
        return
    end_with_parent(os.getppid())
    distributed.init_process_group("gloo", timeout=_LONGEST_WAIT)
    try:
        yield Processes(distributed.get_rank(), distributed.get_world_size())
        # The first process still tests and writes: whoever leaves before it can
        # abort in the middle of the others' connections, and torchrun then stops all.
        distributed.barrier()
    finally:
        distributed.destroy_process_group()
