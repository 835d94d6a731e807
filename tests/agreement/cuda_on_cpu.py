"""Runs the generated CUDA program on the CPU: kernels become loops over threads.

Not a device: it is slow, and it knows nothing of how a GPU schedules. But it runs the
very sources that a GPU would run, so what it gets wrong they do, too.
"""

import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from spiking.devices.cuda.program import generate
from spiking.devices.cuda.toolkit import Toolkit

HEADER = "cuda_on_cpu.h"
REPLACED = (
    "cuda_profiler_api.h",
    "curand.h",
    "curand_kernel.h",
)
"""Headers of CUDA that the sources include."""


def build(capacity: int, n_slots: int, folder: Path) -> Path:
    """Generate the CUDA program with Brian2CUDA and compile it for the CPU."""
    project, headers = folder / "project", folder / "headers"
    nvcc = folder / "bin" / "nvcc"  # it is only asked whether it is there
    nvcc.parent.mkdir(parents=True)
    nvcc.touch()
    project.mkdir()
    sources = generate(
        capacity, n_slots, project, Toolkit(nvcc, "13.0", None, None, (), ""), "9.0"
    )
    headers.mkdir()
    shutil.copy(Path(__file__).parent / "data" / HEADER, headers)
    for name in REPLACED:
        (headers / name).write_text(f'#include "{HEADER}"\n')
    checks = project / "brianlib" / "cuda_utils.h"
    checks.write_text(_without_curand_errors(checks.read_text()))

    def compile_one(source: str) -> str:
        text = (project / source).read_text()
        loops = re.sub(
            r"(\w+)\s*<<<(.*?)>>>\s*\(", r"launch(\1, \2, ", text, flags=re.S
        )
        path = (project / source).with_suffix(".cpp")
        path.write_text(f'#include "{HEADER}"\n{loops}')
        _run("-c", str(path), "-o", f"{path}.o", f"-I{headers}", cwd=project)
        return f"{path}.o"

    with ThreadPoolExecutor(2) as pool:
        objects = list(pool.map(compile_one, sources))
    _run(*objects, "-o", "main", cwd=project)
    return project / "main"


def _run(*arguments: str, cwd: Path) -> None:
    command = ["g++", "-O1", "-w", "-std=c++17", "-I.", *arguments]
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]


def _without_curand_errors(text: str) -> str:
    """Leave out the names of cuRAND's errors, of which there are none here."""
    names = slice(
        text.index("#ifdef CURAND_H_"), text.index("inline void _cudaSafeCall")
    )
    text = text[: names.start] + text[names.stop :]
    start = text.index("inline void _cudaSafeCall(curandStatus_t")
    return text[:start] + text[text.index("inline void _cudaCheckError") :]
