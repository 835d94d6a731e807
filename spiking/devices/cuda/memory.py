"""How many cells fit on a GPU at once, and how many trials that makes."""

from dataclasses import dataclass

import numpy as np

from bridge.errors import DeviceError
from spiking.cells.glif3_equations import TRIAL_NAMES, parameter_names, state_names
from spiking.devices.cuda.gpu import OR_CPP, Gpu
from spiking.network.network_arrays import NetworkArrays

CAPACITY = 196_608
"""Cells that fill a card: 64 copies of the 3k column. Room for as many makes one
binary serve every column; those without a trial are silent and cost little."""

CONTEXT_BYTES = 600 * 2**20
"""What the CUDA context, cuRAND and the code of the kernels take, rounded up."""

USABLE = 0.9
"""Share of the free memory that is used at most: others may want some, too."""

RECORDED_STEPS = 16
"""Steps whose spikes there is always room for (``trial_loop.cu``)."""


@dataclass(frozen=True)
class CudaMemory:
    """What a simulation needs on the GPU.

    Attributes
    ----------
    bytes_per_cell
        States, constants, delay lines, event and spike buffers.
    bytes_shared
        Synapses and streams, which all copies share, and the context.
    """

    bytes_per_cell: int
    bytes_shared: int

    def total(self, capacity: int) -> int:
        """Return the bytes a simulation with room for ``capacity`` cells needs."""
        return self.bytes_shared + capacity * self.bytes_per_cell


def cuda_memory(arrays: NetworkArrays) -> CudaMemory:
    """Estimate the memory that a network needs on a GPU, before it is there.

    Parameters
    ----------
    arrays
        The network.

    Returns
    -------
    CudaMemory
        The estimate. Injected currents that vary within a trial are left out: a
        number per population and sample.
    """
    n_slots = arrays.structure.n_slots
    n_values = sum(
        len(names)
        for names in (parameter_names(n_slots), state_names(n_slots), TRIAL_NAMES)
    )
    n_events = 1 + n_slots
    lines = 8 * n_slots * (longest_delay(arrays) + 1)
    given = 8 + 4  # injected current, its group
    per_cell = 8 * n_values + 4 * (1 + n_events) + lines + 8 * RECORDED_STEPS + given
    synapses = (arrays.recurrent, arrays.external)
    shared = (
        CONTEXT_BYTES
        + sum(16 * s.target.size for s in synapses)
        + 8 * (arrays.structure.n_cells + arrays.structure.n_sources + 2)
        + 16 * arrays.stream_jump.size
    )
    return CudaMemory(per_cell, shared)


def longest_delay(arrays: NetworkArrays) -> int:
    """Return the longest delay of a network in steps, at least 1."""
    steps = (s.delay_steps.max(initial=1) for s in (arrays.recurrent, arrays.external))
    return int(max(steps))


def choose_capacity(arrays: NetworkArrays, gpu: Gpu) -> int:
    """Return the number of cells to make room for on a GPU.

    Parameters
    ----------
    arrays
        The network.
    gpu
        The GPU.

    Returns
    -------
    int
        :data:`CAPACITY`; doubled until one copy fits into it; halved while it
        does not fit into the memory.

    Raises
    ------
    DeviceError
        If not even one copy fits.
    """
    n_cells = arrays.structure.n_cells
    memory = cuda_memory(arrays)
    usable = int(USABLE * gpu.free_bytes)
    capacity = CAPACITY
    while capacity < n_cells:
        capacity *= 2
    while memory.total(capacity) > usable and capacity // 2 >= n_cells:
        capacity //= 2
    if memory.total(capacity) > usable:
        raise DeviceError(
            f"device 'cuda': the column of {n_cells} cells needs "
            f"{memory.total(capacity) / 2**30:.1f} GB, {gpu.name} has "
            f"{usable / 2**30:.1f} GB to spare: close what else uses it, or take a "
            f"smaller column{OR_CPP}"
        )
    return capacity


def batch_sizes(n_trials: int, n_copies: int) -> list[int]:
    """Split trials into as few batches as possible, of nearly equal size.

    Parameters
    ----------
    n_trials
        Number of trials.
    n_copies
        Most trials in a batch.

    Returns
    -------
    list of int
        Trials of each batch.
    """
    n_batches = -(-n_trials // n_copies)
    return [len(part) for part in np.array_split(np.arange(n_trials), n_batches)]
