"""The compiled GPU simulation (Brian2CUDA's standalone mode).

One binary serves every column: it holds room for a number of cells, and what
those cells are, how many there are, how they are connected and driven, it reads
when it starts.
"""

import shutil
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from bridge.machine.binary_cache import BINARY, cached_binary, content_key, hashes_of
from spiking.brian.brian_network import build_cells
from spiking.brian.brian_session import brian2_calls
from spiking.brian.external_input import external_input_functions
from spiking.cells.glif3_equations import TRIAL_NAMES, parameter_names, state_names
from spiking.devices.cuda.toolkit import Toolkit, compile_cuda

_SPIKING = Path(__file__).parents[2]
_LOOP = (
    "devices/array_files.h",
    "devices/cuda/trial_loop.h",
    "devices/cuda/trial_loop.cu",
)
_VECTORS = "devices/cuda/vectors.h"
_THRUST = ("device_vector.h", "host_vector.h", "system_error.h")
"""Headers that a lighter one stands in for."""

_SOURCES = (
    *_LOOP,
    _VECTORS,
    "brian/brian_network.py",
    "brian/external_input.py",
    "cells/glif3_equations.py",
    "brian/random_numbers.py",
    "devices/cuda/program.py",
    "devices/cuda/toolkit.py",
)
"""The files of spiking that decide what is compiled."""


def cuda_network(
    capacity: int, n_slots: int, toolkit: Toolkit, compute_capability: str
) -> tuple[Path, bool]:
    """Return the binary, compiling it at the first request.

    On a later request neither Brian2 nor Brian2CUDA is imported.

    Parameters
    ----------
    capacity
        Number of cells there is room for, all copies together.
    n_slots
        Receptor slots per cell.
    toolkit
        The CUDA toolkit.
    compute_capability
        Of the GPU, such as ``"9.0"``.

    Returns
    -------
    path : Path
        The binary; it runs in its own folder.
    was_cached : bool
        Whether it had been compiled before.

    Raises
    ------
    DeviceError
        If the compiler fails.
    """
    key = content_key(
        {
            "capacity": capacity,
            "n_slots": n_slots,
            "sources": hashes_of(_SPIKING, _SOURCES),
            "brian2": version("brian2"),
            "brian2cuda": version("brian2cuda"),
            "toolkit": toolkit.identity,
            "compute_capability": compute_capability,
        }
    )

    def make(folder: Path) -> None:
        sources = generate(capacity, n_slots, folder, toolkit, compute_capability)
        compile_cuda(folder, sources, toolkit, compute_capability)
        for path in folder.iterdir():  # only what a run needs is kept
            if path.name != BINARY:
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    return cached_binary(key, make)


def generate(
    capacity: int,
    n_slots: int,
    folder: Path,
    toolkit: Toolkit,
    compute_capability: str,
) -> list[str]:
    """Write the sources of the simulation.

    Parameters
    ----------
    capacity, n_slots, toolkit, compute_capability
        As for :func:`cuda_network`.
    folder
        Where they go.

    Returns
    -------
    list of str
        Their paths inside the folder.
    """
    with _cuda_device(toolkit, compute_capability) as (b, device):
        clock = b.Clock(b.ms, name="steps")  # the code counts steps, not time
        one = np.ones(1)
        cells = build_cells(
            capacity, n_slots, external_input_functions(one, one), clock
        )
        network = b.Network(cells, name="network")
        for name in _LOOP:
            shutil.copy(_SPIKING / name, folder)
        (folder / "thrust").mkdir()
        for name in _THRUST:
            shutil.copy(_SPIKING / _VECTORS, folder / "thrust" / name)
        device.headers += ['"trial_loop.h"']
        device.insert_code(
            "before_start",
            f"v1bridge::TrialLoop trial_loop(args, {n_slots}, {capacity});",
        )
        network.run(0 * b.ms, namespace={})  # lists the objects of a step; runs none
        _leave_out_what_ends_a_run(device)
        device.insert_code("main", _serve_code(device, cells, n_slots))
        device.build(str(folder), compile=False, run=False)
        return [*sorted(device.writer.source_files), "trial_loop.cu"]


@contextmanager
def _cuda_device(
    toolkit: Toolkit, compute_capability: str
) -> Iterator[tuple[Any, Any]]:
    """Give Brian2 and its CUDA device; leave Brian2 as it was."""
    with brian2_calls() as b:
        # of files it leaves open, and of its regular expressions where no byte code
        # of it is there yet
        warnings.simplefilter("ignore", ResourceWarning)
        warnings.simplefilter("ignore", SyntaxWarning)
        import brian2cuda  # noqa: F401  (adds the device)

        wanted = {
            "detect_gpus": False,
            "gpu_id": 0,  # of those CUDA_VISIBLE_DEVICES names
            "compute_capability": float(compute_capability),
            "cuda_path": str(toolkit.nvcc.parents[1]),
            "cuda_runtime_version": float(toolkit.version),
            "gpu_heap_size": 8,  # nothing is allocated by a kernel
        }
        backend = b.prefs.devices.cuda_standalone.cuda_backend
        before = {name: backend[name] for name in wanted}
        b.set_device("cuda_standalone", build_on_run=False)
        try:
            for name, value in wanted.items():
                backend[name] = value
            yield b, b.get_device()
        finally:
            for name, value in before.items():
                backend[name] = value
            b.get_device().reinit()
            b.get_device().activate()
            b.set_device("runtime")


def _leave_out_what_ends_a_run(device: Any) -> None:
    """Drop code that would clear the spikes after a run: files to compile less."""
    device.main_queue[:] = [
        entry for entry in device.main_queue if entry[0] != "after_run_code_object"
    ]
    for code in device.code_objects.values():
        code.before_after_blocks.clear()


def _serve_code(device: Any, cells: Any, n_slots: int) -> str:
    """Return C++ that hands the cells to the trial loop and ends the program."""

    def on_gpu(name: str) -> str:
        array: str = device.get_array_name(cells.variables[name], prefix="dev")
        return array

    spikes = device.get_array_name(cells.variables["_spikespace"], prefix="dev")
    lines = [
        f'trial_loop.set_parameter("{name}", {on_gpu(name)});'
        for name in parameter_names(n_slots)
    ]
    lines += [
        f'trial_loop.add_state("{name}", {on_gpu(name)});'
        for name in state_names(n_slots)
    ]
    lines += [
        f"trial_loop.arrivals.{state}[{s}] = {on_gpu(f'{state}_{s}')};"
        for s in range(n_slots)
        for state in ("rise", "psp")
    ]
    lines += [
        f"trial_loop.{name} = {on_gpu(name)};" for name in (*TRIAL_NAMES, "v_per_pa")
    ]
    lines += [
        f"trial_loop.spikes = {spikes}[0];",
        "trial_loop.serve(network, steps);",
        "return 0;",
    ]
    return "\n".join(lines)
