"""The C++ compiler: finding it, naming it, calling it."""

import hashlib
import os
import platform
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import DeviceError
from bridge.machine.cores import available_cores

FLAGS = ("-w", "-O3", "-ffast-math", "-fno-finite-math-only", "-std=c++11")
"""Optimisation of the compiled simulation (Brian2's own defaults)."""

GCC_FLAGS = ("--param", "vect-max-version-for-alias-checks=400")
"""Lets GCC vectorise the propagation of the cells: by default it gives up on a
loop over this many arrays."""


@dataclass(frozen=True)
class Compiler:
    """A usable C++ compiler.

    Attributes
    ----------
    command
        Path of the compiler.
    flags
        Flags it compiles with.
    identity
        Text that changes when its output may change: version, flags, and the
        processor, for whose instructions it compiles.
    """

    command: str
    flags: tuple[str, ...]
    identity: str


def find_compiler() -> Compiler:
    """Return the C++ compiler named by ``CXX``, or the first one found.

    Returns
    -------
    Compiler
        The compiler.

    Raises
    ------
    DeviceError
        If there is none.
    """
    wanted = os.environ.get("CXX", "").split()[:1]
    found = (shutil.which(name) for name in (*wanted, "g++", "clang++", "c++"))
    command = next((path for path in found if path), None)
    if command is None:
        raise DeviceError(
            "device 'cpp' needs a C++ compiler, none found: install g++ (Debian, "
            "Ubuntu: apt install g++) or clang++, or use --device numpy"
        )
    version = subprocess.run(
        [command, "--version"], capture_output=True, text=True, check=False
    ).stdout
    # clang for Apple silicon knows -mcpu, not -march
    native = "-mcpu=native" if platform.machine() == "arm64" else "-march=native"
    is_gcc = "Free Software Foundation" in version
    flags = (*FLAGS, native, *(GCC_FLAGS if is_gcc else ()))
    identity = "\n".join((version, *flags, platform.machine(), _processor()))
    return Compiler(command, flags, identity)


def compile_program(
    folder: Path, sources: Sequence[str], program: str, compiler: Compiler
) -> None:
    """Compile sources, as many at a time as there are cores, and link them.

    Parameters
    ----------
    folder
        Where the sources are and the program goes.
    sources
        Paths of the sources, relative to ``folder``.
    program
        Name of the program.
    compiler
        The compiler.

    Raises
    ------
    DeviceError
        If it fails; the message holds the first error of the compiler.
    """
    objects = [f"{source}.o" for source in sources]
    compiling = [
        [compiler.command, *compiler.flags, "-I.", "-c", source, "-o", target]
        for source, target in zip(sources, objects, strict=True)
    ]
    run_all(compiling, folder, _explain)
    run_all([[compiler.command, *objects, "-o", program]], folder, _explain)


def run_all(
    commands: list[list[str]], folder: Path, explain: Callable[[int, str], str]
) -> None:
    """Run commands, one per core; at the first failure or interrupt end them all.

    Parameters
    ----------
    commands
        Programs with their arguments.
    folder
        Where they run.
    explain
        Turns exit code and error output of the one that failed into a message.

    Raises
    ------
    DeviceError
        If one fails.
    """
    waiting = list(reversed(commands))
    running: list[subprocess.Popen[str]] = []
    try:
        while waiting or running:
            while waiting and len(running) < available_cores():
                running.append(
                    subprocess.Popen(
                        waiting.pop(),
                        cwd=folder,
                        stdout=subprocess.DEVNULL,
                        stderr=subprocess.PIPE,
                        text=True,
                    )
                )
            process = running[0]
            _, errors = process.communicate()
            running.pop(0)
            if process.returncode != 0:
                raise DeviceError(explain(process.returncode, errors))
    finally:
        for process in running:
            process.kill()
            process.communicate()


def first_error(errors: str) -> str:
    """Return the first line that names an error in what a compiler said, or ""."""
    marks = ("error", "fatal")
    lines = [
        line for line in errors.splitlines() if any(m in line.lower() for m in marks)
    ]
    return lines[0].strip() if lines else ""


def _explain(code: int, errors: str) -> str:
    reason = first_error(errors) or f"exit code {code}"
    return (
        f"device 'cpp': the C++ compiler failed ({reason}); use --device numpy, "
        "or name another compiler in CXX"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    names = ("model name", "flags", "Features", "CPU part")
    lines = {
        line for line in cpuinfo.read_text().splitlines() if line.startswith(names)
    }
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
