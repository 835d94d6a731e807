"""The compiled simulation of a network structure (Brian2's C++ standalone)."""

import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bridge.machine.binary_cache import BINARY, cached_binary, content_key, hashes_of
from bridge.machine.compilation import compile_and_link
from bridge.machine.compiler import Compiler, find_compiler
from spiking.brian.brian_network import BrianNetwork, build_brian_network
from spiking.brian.brian_session import brian2_calls
from spiking.cells.glif3_equations import state_names
from spiking.network.network_arrays import Structure

_SPIKING = Path(__file__).parents[2]
_HEADERS = ("devices/array_files.h", "devices/cpp/trial_loop.h")
_SOURCES = (
    *_HEADERS,
    "brian/brian_network.py",
    "brian/external_input.py",
    "cells/glif3_equations.py",
    "brian/random_numbers.py",
    "devices/cpp/program.py",
)
"""The files of spiking that decide what is compiled."""

FLAGS = ("-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-std=c++11")
"""Optimisation of the compiled simulation (Brian2's own defaults)."""

GCC_FLAGS = ("--param", "vect-max-version-for-alias-checks=400")
"""Lets GCC vectorise the propagation of the cells: by default it gives up on a
loop over this many arrays."""


def compiled_network(structure: Structure) -> tuple[Path, bool]:
    """Return the binary for a structure, compiling it at the first request.

    Weights, cell parameters, stimulus, seed, duration and the number of
    synapses are no part of the structure: the binary reads them when it starts.
    On a later request Brian2 is not even imported.

    Parameters
    ----------
    structure
        Sizes and time step.

    Returns
    -------
    path : Path
        The binary; it runs in its own folder.
    was_cached : bool
        Whether it had been compiled before.

    Raises
    ------
    DeviceError
        If there is no compiler, or it fails.
    """
    compiler = find_compiler()
    key = content_key(
        {
            "structure": vars(structure),
            "sources": hashes_of(_SPIKING, _SOURCES),
            "brian2": version("brian2"),
            "compiler": compiler.identity,
            "flags": compiler_flags(compiler),
        }
    )
    return cached_binary(key, lambda folder: _make(structure, compiler, folder))


def compiler_flags(compiler: Compiler) -> tuple[str, ...]:
    """Return the flags of a compiled simulation, for this processor."""
    # clang for Apple silicon knows -mcpu, not -march
    native = "-mcpu=native" if platform.machine() == "arm64" else "-march=native"
    return (*FLAGS, native, *(GCC_FLAGS if compiler.is_gcc else ()))


def compile_program(folder: Path, sources: list[str], compiler: Compiler) -> None:
    """Compile the sources of a simulation and link them to ``main``.

    Parameters
    ----------
    folder
        Where the sources are and the program goes.
    sources
        Paths of the sources, relative to ``folder``.
    compiler
        The compiler.

    Raises
    ------
    DeviceError
        If it fails; the message holds the first error of the compiler.
    """
    flags = compiler_flags(compiler)
    compile_and_link(
        folder,
        sources,
        BINARY,
        compiling=[*compiler.command, *flags, "-I.", "-c"],
        linking=compiler.command,
        explain=lambda reason: (
            f"device 'cpp': the C++ compiler failed ({reason}); use --device numpy, "
            "or name another compiler in CXX"
        ),
    )


def _make(structure: Structure, compiler: Compiler, folder: Path) -> None:
    sources = _generate(structure, folder)
    compile_program(folder, sources, compiler)
    for path in folder.iterdir():  # only what a run needs is kept
        if path.name in (BINARY, "static_arrays"):
            continue
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _generate(structure: Structure, folder: Path) -> list[str]:
    """Write the sources; return their paths inside the folder."""
    with brian2_calls() as b:
        b.set_device("cpp_standalone", build_on_run=False)
        threads = b.prefs["devices.cpp_standalone.openmp_threads"]
        try:
            b.prefs["devices.cpp_standalone.openmp_threads"] = 0
            return _generate_on(b.get_device(), structure, folder)
        finally:
            b.prefs["devices.cpp_standalone.openmp_threads"] = threads
            b.get_device().reinit()
            b.get_device().activate()
            b.set_device("runtime")


def _generate_on(device: Any, structure: Structure, folder: Path) -> list[str]:
    built = build_brian_network(structure, None)
    for name in _HEADERS:
        shutil.copy(_SPIKING / name, folder)
    device.headers += ['"trial_loop.h"']
    device.insert_code(
        "before_start",
        "const std::string run_folder = args.at(0);\n"
        "args.erase(args.begin());\n"
        "v1bridge::flush_tiny_numbers_to_zero();",
    )
    device.apply_run_args()
    device.insert_code("main", _load_code(device, built))
    # prepares the queues and lists the objects of a step; runs none
    built.network.run(0 * built.cells.clock.dt, namespace={})
    device.insert_code("main", _serve_code(device, built, structure))
    device.build(str(folder), compile=False, run=False)
    return sorted(device.writer.source_files)


def _name(device: Any, owner: Any, variable: str, *, vector: bool = False) -> str:
    name: str = device.get_array_name(owner.variables[variable], access_data=not vector)
    return name


def _load_code(device: Any, built: BrianNetwork) -> str:
    """Return C++ that replaces the placeholders by the arrays of the run."""
    lines = []
    for synapses in (built.recurrent, built.external):
        parts = {
            "source": (
                "int32_t",
                _name(device, synapses, "_synaptic_pre", vector=True),
            ),
            "target": (
                "int32_t",
                _name(device, synapses, "_synaptic_post", vector=True),
            ),
            "jump": ("double", _name(device, synapses, "jump", vector=True)),
            "slot": ("int32_t", _name(device, synapses, "slot", vector=True)),
            "delay": ("double", _name(device, synapses.pre, "delay", vector=True)),
        }
        path = f'run_folder + "/{synapses.name}_'
        lines += [
            f'{vector} = v1bridge::read_array<{kind}>({path}{part}");'
            for part, (kind, vector) in parts.items()
        ]
        lines.append(
            f"{_name(device, synapses, 'N')}[0] = {parts['source'][1]}.size();"
        )
    lines += [
        f'v1bridge::replace_array({name}, run_folder + "/{name}");'
        for name in ("stream_cumulative", "stream_jump")
    ]
    return "\n".join(lines)


def _serve_code(device: Any, built: BrianNetwork, structure: Structure) -> str:
    """Return C++ that hands the network to the trial loop and ends the program."""
    lines = [
        "v1bridge::TrialLoop<Network, Clock, CSpikeQueue> "
        f"loop({built.network.name}, {built.cells.clock.name}, {structure.n_cells});"
    ]
    lines += [
        f"loop.add_state({_name(device, built.cells, name)});"
        for name in state_names(structure.n_slots)
    ]
    lines += [
        f"loop.add_queues({synapses.pre.name}.queue);"
        for synapses in (built.recurrent, built.external)
    ]
    lent = {
        "key": _name(device, built.cells, "key"),
        "drive": _name(device, built.cells, "drive"),
        "v_per_pa": _name(device, built.cells, "v_per_pa"),
        "source_position": _name(device, built.sources, "_lastindex"),
        "source_id": "&" + _name(device, built.sources, "neuron_index", vector=True),
        "source_step": "&" + _name(device, built.sources, "_timebins", vector=True),
        "spike_id": "&" + _name(device, built.spikes, "i", vector=True),
        "spike_time": "&" + _name(device, built.spikes, "t", vector=True),
    }
    lines += [f"loop.{name} = {value};" for name, value in lent.items()]
    # Brian2 would now write every array to disk; the spikes are written already
    lines += ["loop.serve();", "return 0;"]
    return "\n".join(lines)
