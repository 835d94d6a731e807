"""The C++ compiler: finding it and naming it."""

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import DeviceError

CANDIDATES = ("g++", "clang++", "c++")
"""Compilers looked for, in this order, where ``CXX`` names none."""


@dataclass(frozen=True)
class Compiler:
    """A usable C++ compiler.

    Attributes
    ----------
    command
        Path of the compiler, or of what calls it, and the words before its flags.
    version
        What it says about itself.
    identity
        Text that changes when its output for the same flags may change: command,
        version, and the processor, for whose instructions it compiles.
    """

    command: tuple[str, ...]
    version: str
    identity: str

    @property
    def is_gcc(self) -> bool:
        """Whether it takes the parameters of GCC."""
        return "Free Software Foundation" in self.version


def find_compiler() -> Compiler:
    """Return the C++ compiler that ``CXX`` names, or the first one found.

    ``CXX`` is read as a shell would: a launcher and options may be part of it, as
    in ``ccache g++``.

    Returns
    -------
    Compiler
        The compiler.

    Raises
    ------
    DeviceError
        If there is none, or not the one that ``CXX`` names.
    """
    given = os.environ.get("CXX", "")
    try:
        words = shlex.split(given)
    except ValueError as error:
        raise DeviceError(f"CXX cannot be read ({given}): {error}") from error
    candidates = words[:1] or CANDIDATES
    found = next((path for name in candidates if (path := shutil.which(name))), None)
    if found is None and words:
        raise DeviceError(
            f"CXX names a compiler that is not there ({given}): name another, or unset "
            "CXX to have one looked for"
        )
    if found is None:
        raise DeviceError(
            "device 'cpp' needs a C++ compiler, none found: install g++ (Debian, "
            "Ubuntu: apt install g++) or clang++, or use --device numpy"
        )
    command = (str(Path(found).absolute()), *words[1:])
    try:
        version = subprocess.run(
            [*command, "--version"], capture_output=True, text=True, check=False
        ).stdout
    except OSError as error:
        raise DeviceError(f"cannot start the compiler {found}: {error}") from error
    identity = "\n".join((*command, version, platform.machine(), _processor()))
    return Compiler(command, version, identity)


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if not cpuinfo.exists():
        return platform.processor()
    names = ("model name", "flags", "Features", "CPU part")
    lines = {
        line for line in cpuinfo.read_text().splitlines() if line.startswith(names)
    }
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
