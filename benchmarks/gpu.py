"""Everything that only a GPU can show, in one command of less than 8 minutes.

    python benchmarks/gpu.py

Needs an NVIDIA GPU, the CUDA toolkit, torch, and the extras ``cuda`` and ``test``;
downloads nothing. Runs the tests marked ``gpu`` (the same spikes on cuda and on cpp),
then measures, and writes ``benchmarks/results/<device>.json`` after each part:

* trials per second of the 3k column, dt 0.1 ms, trials of one biological second, 64 at
  a time, on the GPU, and on the CPU of the same machine with all cores and with one.
  A trial's time is that of the whole call: LGN spikes drawn, binary started, spikes
  sorted; the first call, which compiles, is given apart;
* memory of the GPU that the 3k, 6k and 50k columns take, beside the estimate, and what
  ``--device auto`` says of a card that is too small for them;
* the training step of the rate model (``gpu_rate_model.py``).

Figures belong to the device they were measured on.
"""

import argparse
import importlib.util
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from statistics import median
from threading import Event, Thread
from typing import Any
from unittest import mock

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.errors import DeviceError
from bridge.files.provenance import collect_provenance
from bridge.machine.cores import available_cores
from bridge.stimulus.scenes.grating import grating
from spiking.devices.choose import choose_device
from spiking.devices.cuda.device import check_cuda
from spiking.devices.cuda.gpu import Gpu, find_gpu
from spiking.devices.cuda.memory import choose_capacity, cuda_memory
from spiking.network.network_arrays import network_arrays
from spiking.running.model import SpikingModel

ROOT = Path(__file__).resolve().parents[1]
SIZES: list[str | int] = ["3k", "6k", 50_000]
DT_MS, DURATION_MS, N_TRIALS, REPEATS = 0.1, 1000.0, 64, 3
Report = dict[str, Any]


def equivalence(sizes: list[str | int]) -> Report:
    """Run the tests marked ``gpu``."""
    command = [sys.executable, "-m", "pytest", "-q", "-m", "gpu", str(ROOT / "tests")]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = done.stdout.strip().splitlines()
    return {"passed": done.returncode == 0, "tests": lines[-1] if lines else ""}


def seconds(column: Column, device: str, n_trials: int, n_jobs: int | None) -> float:
    """Return the wall time of trials, from the arrays to the sorted spikes."""
    stimulus = grating(
        column.lgn, direction_deg=0.0, duration_ms=DURATION_MS, onset_ms=0.0
    )
    start = time.perf_counter()
    model = SpikingModel(column, dt_ms=DT_MS, device=device, n_jobs=n_jobs)
    model.run([stimulus], n_trials=n_trials, seed=1, drop_ms=0.0)
    return time.perf_counter() - start


def spiking_speed(sizes: list[str | int]) -> Report:
    """Trials per second of the 3k column on the GPU and on this machine's CPU."""
    column = build_column("3k", 1)
    kinds: dict[str, tuple[str, int, int | None]] = {
        "cuda": ("cuda", N_TRIALS, None),
        "cpp, all cores": ("cpp", N_TRIALS, None),
        "cpp, one core": ("cpp", 8, 1),
    }
    first = {name: seconds(column, *kind) for name, kind in kinds.items()}
    times: dict[str, list[float]] = {name: [] for name in kinds}
    for _ in range(REPEATS):  # interleaved: a shared machine drifts
        for name, kind in kinds.items():
            times[name].append(seconds(column, *kind))
    rates = {
        name: kinds[name][1] / median(measured) for name, measured in times.items()
    }
    return {
        "biological_ms_per_trial": DURATION_MS,
        "dt_ms": DT_MS,
        "n_trials": {name: kind[1] for name, kind in kinds.items()},
        "n_cores": available_cores(),
        "first_call_s": _rounded(first),
        "seconds": {name: [round(s, 3) for s in all_] for name, all_ in times.items()},
        "trials_per_s": _rounded(rates),
        "cuda_over_cpp_all_cores": round(rates["cuda"] / rates["cpp, all cores"], 2),
        "cuda_over_cpp_one_core": round(rates["cuda"] / rates["cpp, one core"], 2),
    }


def spiking_memory(sizes: list[str | int]) -> Report:
    """Memory of columns on the GPU; what ``auto`` does where they do not fit."""
    report: Report = {}
    for size in sizes:
        column = build_column(size, 1)
        arrays = network_arrays(column, DT_MS)
        gpu = find_gpu()
        capacity = choose_capacity(arrays, gpu)
        n_copies = min(N_TRIALS, capacity // column.n_cells)
        with lowest_free_memory(gpu) as lowest:
            spent = seconds(column, "cuda", n_copies, None)
        small = replace(gpu, free_bytes=2**29)
        with mock.patch(
            "spiking.devices.cuda.device.check_cuda",
            lambda small=small: (None, small),
        ):
            choice = choose_device("auto", lambda arrays=arrays: arrays)
        report[str(size)] = {
            "n_cells": column.n_cells,
            "n_synapses": column.recurrent.n_edges + column.lgn_edges.n_edges,
            "copies_at_once": n_copies,
            "estimated_mb": round(cuda_memory(arrays).total(capacity) / 2**20),
            "measured_mb": round((gpu.free_bytes - lowest[0]) / 2**20),
            "seconds": round(spent, 2),
            "auto_with_512_mb_free": choice.reason,
        }
    return report


@contextmanager
def lowest_free_memory(before: Gpu) -> Iterator[list[int]]:
    """Watch the free memory of the GPU; the list holds the lowest seen, bytes.

    Each look takes the memory of a CUDA context, and so did the one before.
    """
    lowest, stopped = [before.free_bytes], Event()

    def watch() -> None:
        while not stopped.wait(0.1):
            lowest[0] = min(lowest[0], find_gpu().free_bytes)

    thread = Thread(target=watch)
    thread.start()
    try:
        yield lowest
    finally:
        stopped.set()
        thread.join()


def rate_model(sizes: list[str | int]) -> Report:
    """Training steps of the rate model."""
    from gpu_rate_model import rate_model as measure  # imports torch

    return measure(sizes)


PARTS: dict[str, Callable[[list[str | int]], Report]] = {
    "equivalence": equivalence,
    "spiking speed": spiking_speed,
    "spiking memory": spiking_memory,
    "rate model": rate_model,
}
"""What is measured, in this order. A part takes sizes of columns and returns what
goes into the file under its name."""


def _rounded(values: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 3) for name, value in values.items()}


def _size(text: str) -> str | int:
    return int(text) if text.isdecimal() else text


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--parts", nargs="*", choices=PARTS, default=list(PARTS))
    parser.add_argument("--sizes", nargs="*", default=SIZES, type=_size)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results")
    options = parser.parse_args()
    if importlib.util.find_spec("torch") is None:
        print("gpu.py needs torch: pip install torch", file=sys.stderr)
        return 2
    try:
        toolkit, gpu = check_cuda()
    except DeviceError as error:
        print(error, file=sys.stderr)
        return 2
    path = options.out / f"{re.sub('[^A-Za-z0-9]+', '-', gpu.name).strip('-')}.json"
    content: Report = {
        "device": gpu.name,
        "compute_capability": gpu.compute_capability,
        "memory_mb": round(gpu.total_bytes / 2**20),
        "cuda_toolkit": toolkit.version,
        "provenance": collect_provenance(),
    }
    failed = False
    for name in options.parts:
        start = time.perf_counter()
        try:
            content[name] = PARTS[name](options.sizes)
        except Exception as error:  # the other parts are worth having
            content[name] = {"failed": f"{type(error).__name__}: {error}"}
        failed |= "failed" in content[name] or content[name].get("passed") is False
        content[name]["took_s"] = round(time.perf_counter() - start, 1)
        print(f"{name}: {json.dumps(content[name], indent=2)}", flush=True)
        options.out.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    print(f"written to {path}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
