"""How fast is the compiled spiking model, beside NEST on the same column?

    python benchmarks/spiking_speed.py [--size 3k] [--repeats 3] [--no-nest]

Prints, for one biological second at dt 0.1 ms with background, surround and
LGN input (2 Hz grating):

* the simulation alone: the slope of the wall time between a 1 s and a longer
  trial, one process on one core; and NEST's ``Run`` with 1 and 2 threads, its
  Poisson spikes drawn beforehand and played by spike generators;
* what a second run of the same structure costs before the first step: arrays,
  start of the binary, loading of the network.

Runs are interleaved and medians are given, because timings on a shared machine
drift. NEST needs the extra ``nest``.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bridge.column.build import build_column
from bridge.column.column import Column
from bridge.stimulus.scenes import grating
from spiking.model import SpikingModel

SHORT_MS, LONG_MS = 1000.0, 3000.0


def seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def run_compiled(column: Column, duration_ms: float) -> float:
    """Return the wall time of one trial, everything included."""
    stimulus = grating(
        column.lgn, direction_deg=0.0, duration_ms=duration_ms, onset_ms=0.0
    )

    def run() -> None:
        model = SpikingModel(column, n_jobs=1)
        model.run([stimulus], n_trials=1, seed=1, drop_ms=0.0)

    return seconds(run)


def run_nest(size: str, n_threads: int) -> float:
    """Return NEST's seconds per biological second, in a process of its own."""
    script = f"""
from network_vs_nest import nest_run
from bridge.column.build import build_column
from bridge.stimulus.scenes import grating
column = build_column({size!r}, 1)
stimulus = grating(
    column.lgn, direction_deg=0.0, duration_ms={SHORT_MS}, onset_ms=0.0
)
print("seconds", nest_run(column, stimulus, 1, {n_threads})[1])
"""
    here = Path(__file__).parent
    paths = os.pathsep.join([str(here), str(here.parent)])
    output = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = next(x for x in output.splitlines() if x.startswith("seconds"))
    return float(line.split()[1]) / (SHORT_MS / 1000.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="3k")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-nest", action="store_true")
    out = Path(__file__).parent / "results" / "spiking_speed.json"
    parser.add_argument("--out", type=Path, default=out)
    options = parser.parse_args()

    column = build_column(options.size, 1)
    first = run_compiled(column, 10.0)  # compiles if nothing is cached
    print(
        f"{options.size}: {column.n_cells} cells, {column.recurrent.n_edges} synapses"
    )
    print(f"first run in this process, compiling if need be: {first:.2f} s")
    times: dict[str, list[float]] = {"cpp, 1 core": [], "cpp, start-up": []}
    for _ in range(options.repeats):
        startup = run_compiled(column, 10.0)
        short, long = run_compiled(column, SHORT_MS), run_compiled(column, LONG_MS)
        times["cpp, start-up"].append(startup)
        times["cpp, 1 core"].append((long - short) * 1e3 / (LONG_MS - SHORT_MS))
        for n_threads in () if options.no_nest else (1, 2):
            name = f"NEST, {n_threads} thread{'s' * (n_threads - 1)}"
            times.setdefault(name, []).append(run_nest(options.size, n_threads))
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        spread = f"{min(times[name]):.3f} to {max(times[name]):.3f}"
        what = "s before the first step" if "start" in name else "s per biological s"
        print(f"{name:<16}{median:8.3f} {what} ({spread})")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "size": options.size,
        "dt_ms": 0.1,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_average": os.getloadavg(),
        "median_s": medians,
        "all_s": times,
    }
    options.out.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
