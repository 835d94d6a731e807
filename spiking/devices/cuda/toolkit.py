"""The CUDA toolkit: finding the compiler and cuRAND, and compiling."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import DeviceError
from bridge.machine.binary_cache import BINARY
from bridge.machine.compilation import compile_and_link
from spiking.devices.cuda.gpu import OR_CPP

OLDEST = (11, 0)
"""First toolkit that compiles C++17, without which CUDA 13 compiles nothing."""

FLAGS = ("-O1", "-w", "-std=c++17")
"""The level is the host's, which has little to do; kernels are always optimised.
No ``-use_fast_math``: it is about single precision, and all is double here."""


@dataclass(frozen=True)
class Toolkit:
    """A usable CUDA toolkit.

    Attributes
    ----------
    nvcc
        The compiler.
    version
        Such as ``"13.0"``.
    curand_include
        Folder of ``curand.h``; ``None`` where the compiler finds it by itself.
    curand_library
        The library; ``None`` where the linker has to find it.
    library_folders
        Where a program finds its libraries when it starts.
    identity
        Text that changes when its output may change.
    """

    nvcc: Path
    version: str
    curand_include: Path | None
    curand_library: Path | None
    library_folders: tuple[Path, ...]
    identity: str


def check_packages() -> None:
    """Refuse a Python, or an environment, in which brian2cuda is missing.

    Raises
    ------
    DeviceError
        If it is.
    """
    if sys.version_info < (3, 12):
        version = ".".join(map(str, sys.version_info[:3]))
        raise DeviceError(
            f"device 'cuda' needs Python 3.12 or newer, this is {version}: make an "
            f"environment with one and pip install '.[cuda]' into it{OR_CPP}"
        )
    if importlib.util.find_spec("brian2cuda") is None:
        raise DeviceError(
            "device 'cuda' needs the package brian2cuda: pip install '.[cuda]'" + OR_CPP
        )


def find_toolkit() -> Toolkit:
    """Return the CUDA toolkit named by ``CUDA_HOME``, or the first one found.

    Returns
    -------
    Toolkit
        The toolkit; cuRAND's header and library come from the toolkit or, where
        it lacks them, from the pip package ``nvidia-curand``.

    Raises
    ------
    DeviceError
        If there is none, it is too old, or cuRAND is missing.
    """
    nvcc = next(_compilers(), None)
    if nvcc is None:
        raise DeviceError(
            "device 'cuda' needs the CUDA toolkit, whose compiler nvcc is neither on "
            "the PATH nor under CUDA_HOME or /usr/local/cuda: install it "
            f"(developer.nvidia.com/cuda-downloads){OR_CPP}"
        )
    text = subprocess.run(
        [nvcc, "--version"], capture_output=True, text=True, check=False
    ).stdout
    release = re.search(r"release (\d+)\.(\d+)", text)
    if release is None or (int(release[1]), int(release[2])) < OLDEST:
        found = f"release {release[1]}.{release[2]}" if release else "no version"
        raise DeviceError(
            f"device 'cuda' needs CUDA {OLDEST[0]}.{OLDEST[1]} or newer, {nvcc} says "
            f"{found}: name another toolkit in CUDA_HOME{OR_CPP}"
        )
    home = _home(nvcc)
    if _has_curand(nvcc):
        include, curand = None, _library(home, "libcurand.so*")
    else:
        include, curand = _curand_from_pip(int(release[1]))
    # cuRAND may need the runtime library of the toolkit
    libraries = (curand, _library(home, "libcudart.so*"))
    folders = tuple(dict.fromkeys(one.parent for one in libraries if one))
    identity = "\n".join((text, *FLAGS, str(curand), *map(str, folders)))
    version = f"{release[1]}.{release[2]}"
    return Toolkit(nvcc, version, include, curand, folders, identity)


def compile_cuda(
    folder: Path,
    sources: Sequence[str],
    toolkit: Toolkit,
    compute_capability: str,
) -> None:
    """Compile the CUDA sources of a simulation and link them to ``main``.

    Parameters
    ----------
    folder
        Where the sources are and the program goes.
    sources
        Paths of the sources, relative to ``folder``.
    toolkit
        The toolkit.
    compute_capability
        Of the GPU, such as ``"9.0"``.

    Raises
    ------
    DeviceError
        If it fails; the message holds the first error of the compiler.
    """
    architecture = f"-arch=sm_{compute_capability.replace('.', '')}"
    nvcc = [str(toolkit.nvcc), *FLAGS, architecture]
    include = ["-I."]
    if toolkit.curand_include is not None:
        include.append(f"-I{toolkit.curand_include}")
    libraries = ["-lcurand"]
    if toolkit.curand_library is not None:
        libraries = [f"-Xlinker={toolkit.curand_library}"]
    # a path of the program that holds for the libraries of its libraries, too
    libraries.append("-Xlinker=--disable-new-dtags")
    libraries += [f"-Xlinker=-rpath={one}" for one in toolkit.library_folders]
    compile_and_link(
        folder,
        sources,
        BINARY,
        compiling=[*nvcc, *include, "-dc"],
        linking=nvcc,
        libraries=libraries,
        explain=lambda reason: (
            f"device 'cuda': the CUDA compiler failed ({reason}){OR_CPP}"
        ),
    )


def _compilers() -> Iterator[Path]:
    for name in ("CUDA_HOME", "CUDA_PATH"):
        home = os.environ.get(name)
        if home and (Path(home) / "bin" / "nvcc").is_file():
            yield Path(home) / "bin" / "nvcc"
    on_path = shutil.which("nvcc")
    if on_path:
        yield Path(on_path)
    for folder in sorted(Path("/usr/local").glob("cuda*"), reverse=True):
        if (folder / "bin" / "nvcc").is_file():
            yield folder / "bin" / "nvcc"


def _has_curand(nvcc: Path) -> bool:
    """Return whether the compiler finds ``curand.h`` by itself."""
    tried = subprocess.run(
        [nvcc, "-E", "-x", "cu", "-include", "curand.h", os.devnull],
        capture_output=True,
        check=False,
    )
    return tried.returncode == 0


def _home(nvcc: Path) -> Path:
    """Return the folder of the toolkit, which a wrapper on the PATH may hide."""
    said = subprocess.run(
        [nvcc, "--dryrun", "-x", "cu", "-c", os.devnull],
        capture_output=True,
        text=True,
        check=False,
    ).stderr
    top = re.search(r"TOP=(.+)", said)
    return Path(top[1].strip()).resolve() if top else nvcc.resolve().parents[1]


def _library(home: Path, pattern: str) -> Path | None:
    places = (f"{folder}/{pattern}" for folder in ("lib64", "lib", "targets/*/lib"))
    return next((path for place in places for path in sorted(home.glob(place))), None)


def _curand_from_pip(major: int) -> tuple[Path, Path]:
    """Return header folder and library of the pip package for a CUDA version."""
    folder, package = (
        (f"cu{major}", "nvidia-curand")
        if major >= 13
        else ("curand", f"nvidia-curand-cu{major}")
    )
    spec = importlib.util.find_spec("nvidia")
    for place in spec.submodule_search_locations or () if spec else ():
        home = Path(place) / folder
        library = _library(home, "libcurand.so*")
        if library is not None and (home / "include" / "curand.h").is_file():
            return home / "include", library
    raise DeviceError(
        "device 'cuda' needs cuRAND (curand.h), which the CUDA toolkit lacks: "
        f"pip install {package}{OR_CPP}"
    )
