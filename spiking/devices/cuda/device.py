"""Simulation on an NVIDIA GPU, many trials at a time."""

import tempfile
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spiking.brian.random_numbers import cell_keys
from spiking.devices.array_file import write_array
from spiking.devices.cuda.gpu import Gpu, find_gpu
from spiking.devices.cuda.memory import batch_sizes, choose_capacity, longest_delay
from spiking.devices.cuda.program import cuda_network
from spiking.devices.cuda.toolkit import Toolkit, check_packages, find_toolkit
from spiking.devices.reporting import report_steps
from spiking.devices.trial_process import TrialProcess
from spiking.network.network_arrays import NetworkArrays, SynapseArrays
from spiking.trials.trial import Spikes, Trial, Trials


def check_cuda() -> tuple[Toolkit, Gpu]:
    """Return what a simulation on the GPU needs.

    Returns
    -------
    toolkit : Toolkit
        The CUDA toolkit.
    gpu : Gpu
        The GPU.

    Raises
    ------
    DeviceError
        If Python 3.12 or newer, the extra ``cuda``, the toolkit, the driver or a
        GPU is missing, in this order.
    """
    check_packages()
    return find_toolkit(), find_gpu()


def run_on_gpu(
    arrays: NetworkArrays,
    trials: Trials,
    *,
    report: Callable[[float], None],
) -> Spikes:
    """Run trials as copies of the column side by side on the GPU.

    Random numbers are hashed from the key of the trial, as on every device, and
    arrivals are summed as whole numbers, so the spikes depend neither on the
    number of copies nor on the order in which the GPU computes.

    Parameters
    ----------
    arrays
        The network.
    trials
        Number of each trial and a function that makes it.
    report
        Called with the biological milliseconds that were added.

    Yields
    ------
    tuple
        Number of the trial; its spikes as rows of (step, cell), int32.

    Raises
    ------
    DeviceError
        If something is missing (:func:`check_cuda`), the network does not fit,
        the binary cannot be made, or the process dies.
    """
    toolkit, gpu = check_cuda()
    capacity = choose_capacity(arrays, gpu)
    binary, _ = cuda_network(
        capacity, arrays.structure.n_slots, toolkit, gpu.compute_capability
    )
    yield from run_batches(binary, capacity, arrays, trials, report=report)


def run_batches(
    binary: Path,
    capacity: int,
    arrays: NetworkArrays,
    trials: Trials,
    *,
    report: Callable[[float], None],
) -> Spikes:
    """Run trials in a process of a binary.

    Parameters
    ----------
    binary, capacity
        The binary, and the cells it has room for.
    arrays, trials, report
        As for :func:`run_on_gpu`.

    Yields
    ------
    tuple
        Number of the trial; its spikes as rows of (step, cell), int32.

    Raises
    ------
    DeviceError
        If the process dies.
    """
    n_cells = arrays.structure.n_cells
    most = 2**31 // arrays.structure.n_sources - 1  # sources are counted in 32 bits
    n_copies = min(capacity // n_cells, most)
    waiting = iter(trials)
    with tempfile.TemporaryDirectory(prefix="v1bridge-") as name:
        folder = Path(name)
        command = [str(binary), *_write_network(arrays, folder)]
        (folder / "batch").mkdir()
        process = TrialProcess(command, folder / "errors", "cuda")
        try:
            for size in batch_sizes(len(trials), n_copies):
                made = [(k, make()) for k, make in (next(waiting) for _ in range(size))]
                # the copies of a network march in step
                for _, like in groupby(
                    made, lambda one: (one[1].n_steps, one[1].sample_steps)
                ):
                    numbers, batch = zip(*like, strict=True)
                    spikes = _run(process, folder / "batch", arrays, batch, report)
                    copy = spikes[:, 1] // n_cells
                    for index, number in enumerate(numbers):
                        own = spikes[copy == index] - np.array(
                            [0, index * n_cells], dtype=np.int32
                        )
                        yield number, own[np.lexsort((own[:, 1], own[:, 0]))]
            process.close()
        finally:
            process.kill()
            process.wait()


def _write_network(arrays: NetworkArrays, folder: Path) -> list[str]:
    """Write the arrays of the network; return the arguments of the binary."""
    for name, values in arrays.parameters.items():
        write_array(folder / f"cells_{name}", values)
    structure = arrays.structure
    exponent = jump_exponent(arrays)
    for name, n_sources in (
        ("recurrent", structure.n_cells),
        ("external", structure.n_sources),
    ):
        synapses: SynapseArrays = getattr(arrays, name)
        order = np.argsort(synapses.source, kind="stable")
        n_synapses = np.bincount(synapses.source, minlength=n_sources)
        first_row = np.concatenate([[0], np.cumsum(n_synapses)]).astype(np.int64)
        line = synapses.delay_steps * structure.n_slots + synapses.slot
        jump = np.rint(np.ldexp(synapses.jump, exponent)).astype(np.int64)
        write_array(folder / f"{name}_first_row", first_row)
        write_array(folder / f"{name}_target", synapses.target[order].astype(np.int32))
        write_array(folder / f"{name}_line", line[order].astype(np.int32))
        write_array(folder / f"{name}_jump", jump[order])
    write_array(folder / "stream_cumulative", arrays.stream_cumulative)
    write_array(folder / "stream_jump", arrays.stream_jump)
    return [
        str(folder),
        str(structure.n_cells),
        str(longest_delay(arrays)),
        str(exponent),
    ]


def jump_exponent(arrays: NetworkArrays) -> int:
    """Return n such that arrivals are summed in units of ``2**-n`` mV.

    A sum of 64-bit whole numbers cannot overflow although every synapse of a cell
    delivers a spike in the same step; the unit is then finer than the rounding of
    any sum of double precision numbers.

    Parameters
    ----------
    arrays
        The network.
    """
    n_cells = arrays.structure.n_cells
    largest = np.zeros(n_cells)
    for synapses in (arrays.recurrent, arrays.external):
        largest += np.bincount(
            synapses.target, weights=np.abs(synapses.jump), minlength=n_cells
        )
    return min(60 - int(np.frexp(largest.max())[1]), 1000)


def _run(
    process: TrialProcess,
    folder: Path,
    arrays: NetworkArrays,
    batch: Sequence[Trial],
    report: Callable[[float], None],
) -> NDArray[np.int32]:
    for path in folder.iterdir():
        path.unlink()
    structure, first = arrays.structure, batch[0]
    keys = [cell_keys(trial.key, structure.n_cells) for trial in batch]
    write_array(folder / "key", np.concatenate(keys))
    injected_pa = np.concatenate([trial.injected_pa for trial in batch])
    write_array(folder / "injected", injected_pa.astype(np.float64))
    _write_currents(batch, structure.n_cells, folder)
    _write_source_spikes(batch, structure.n_sources, folder)
    every = report_steps(structure.dt_ms)
    for n_steps in process.ask(
        f"{len(batch)} {first.n_steps} {first.sample_steps} {every} {folder}"
    ):
        report(n_steps * structure.dt_ms * len(batch))
    return np.fromfile(folder / "spikes", dtype=np.int32).reshape(-1, 2)


def _write_currents(batch: Sequence[Trial], n_cells: int, folder: Path) -> None:
    """Write currents that vary, ``(n_samples, n_copies, n_groups)``, if any does."""
    given = [trial.current_pa for trial in batch if trial.current_pa is not None]
    if not given:
        return
    n_groups = max(values.shape[1] for values in given)
    current_pa = np.zeros((given[0].shape[0], len(batch), n_groups))
    group = np.zeros((len(batch), n_cells), dtype=np.int32)
    for copy, trial in enumerate(batch):
        if trial.current_pa is not None and trial.current_group is not None:
            current_pa[:, copy, : trial.current_pa.shape[1]] = trial.current_pa
            group[copy] = trial.current_group
    write_array(folder / "current", current_pa)
    write_array(folder / "current_group", group)


def _write_source_spikes(batch: Sequence[Trial], n_sources: int, folder: Path) -> None:
    """Write the spikes of the external sources of all copies, step by step."""
    step = np.concatenate([trial.source_step for trial in batch])
    source = np.concatenate(
        [
            trial.source_id.astype(np.int32) + np.int32(copy * n_sources)
            for copy, trial in enumerate(batch)
        ]
    )
    n_spikes = np.bincount(step, minlength=batch[0].n_steps)
    first = np.concatenate([[0], np.cumsum(n_spikes)]).astype(np.int64)
    write_array(folder / "source_first", first)
    write_array(folder / "source", source[np.argsort(step, kind="stable")])
