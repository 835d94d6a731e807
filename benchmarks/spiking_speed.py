"""How fast is the compiled spiking model, beside NEST on the same column?

    python benchmarks/spiking_speed.py [--size 3k] [--repeats 3] [--no-nest]

Prints, at dt 0.1 ms and for a 2 Hz grating:

* seconds per biological second of the simulation alone, one process on one core:
  the slope of the wall time between a 1 s and a 3 s trial, with the surround (the
  default column) and without;
* the same for NEST's ``Run`` with 1 and 2 threads, without the surround: its
  background comes from one Poisson generator, its LGN spikes are drawn
  beforehand. (The surround would need one generator per cell and population in
  NEST, 35,000 of them, which says more about generators than about the network.)
* what a second run of the same structure costs before its first step: arrays,
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
from dataclasses import replace
from pathlib import Path

import numpy as np

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.column.poisson_input import PoissonInput
from bridge.sonata.inputs import varying_spikes
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel

DT_MS = 0.1
SHORT_MS, LONG_MS = 1000.0, 3000.0


def stimulus_of(column: Column, duration_ms: float) -> Stimulus:
    return grating(column.lgn, direction_deg=0.0, duration_ms=duration_ms, onset_ms=0.0)


def without_surround(column: Column) -> Column:
    return replace(column, surround=PoissonInput.none())


def run_compiled(column: Column, duration_ms: float) -> float:
    """Return the wall time of one trial, everything included."""
    stimulus = stimulus_of(column, duration_ms)
    start = time.perf_counter()
    model = SpikingModel(column, dt_ms=DT_MS, n_jobs=1)
    model.run([stimulus], n_trials=1, seed=1, drop_ms=0.0)
    return time.perf_counter() - start


def compiled_speed(column: Column) -> float:
    """Return the seconds of wall time per biological second."""
    short, long = run_compiled(column, SHORT_MS), run_compiled(column, LONG_MS)
    return (long - short) * 1e3 / (LONG_MS - SHORT_MS)


def nest_speed(size: str, n_threads: int) -> float:
    """Return NEST's seconds per biological second, in a process of its own."""
    root = str(Path(__file__).parents[1])
    output = subprocess.run(
        [sys.executable, __file__, "--size", size, "--nest-threads", str(n_threads)],
        env={**os.environ, "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    line = next(x for x in output.splitlines() if x.startswith("nest seconds"))
    return float(line.split()[-1]) * 1e3 / SHORT_MS


def run_nest(size: str, n_threads: int) -> None:
    """Simulate the column without surround in NEST; print the seconds it took."""
    import nest
    from nest_column import add_trains, connect, create_cells, record, start_kernel

    column = without_surround(build_column(size, 1))
    start_kernel(1, n_threads, DT_MS)
    cells = create_cells(column)
    background = column.background
    if np.unique(background.rate_hz).size != 1:
        raise SystemExit("the background has more than one rate")
    # one generator sends an independent train to each of its targets
    generator = nest.Create("poisson_generator", {"rate": background.rate_hz[0]})
    connect(generator, np.zeros(background.n_streams, int), cells, background)
    rng = np.random.default_rng(1)
    lgn_spikes = varying_spikes(stimulus_of(column, SHORT_MS), SHORT_MS, rng)
    add_trains(column, cells, {"lgn": lgn_spikes})
    record(cells)
    nest.Prepare()
    start = time.perf_counter()
    nest.Run(SHORT_MS)
    print("nest seconds", time.perf_counter() - start)


def measure(size: str, repeats: int, *, with_nest: bool) -> dict[str, list[float]]:
    """Return every measured time by name."""
    column = build_column(size, 1)
    bare = without_surround(column)
    first = run_compiled(column, 10.0)  # compiles if nothing is cached
    n_edges = column.recurrent.n_edges
    print(f"{size}: {column.n_cells} cells, {n_edges} synapses")
    print(f"first run, compiling if need be: {first:.2f} s")
    times: dict[str, list[float]] = {}
    for _ in range(repeats):
        now = {
            "second run, before its first step": run_compiled(column, 10.0),
            "cpp, 1 core": compiled_speed(column),
            "cpp, 1 core, no surround": compiled_speed(bare),
        }
        for n_threads in (1, 2) if with_nest else ():
            name = f"NEST, {n_threads} thread{'s' * (n_threads - 1)}, no surround"
            now[name] = nest_speed(size, n_threads)
        for name, seconds in now.items():
            times.setdefault(name, []).append(seconds)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", default="3k")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--no-nest", action="store_true")
    parser.add_argument("--nest-threads", type=int, help=argparse.SUPPRESS)
    out = Path(__file__).parent / "results" / "spiking_speed.json"
    parser.add_argument("--out", type=Path, default=out)
    options = parser.parse_args()
    if options.nest_threads:
        run_nest(options.size, options.nest_threads)
        return
    times = measure(options.size, options.repeats, with_nest=not options.no_nest)
    medians = {name: statistics.median(values) for name, values in times.items()}
    for name, median in medians.items():
        spread = f"{min(times[name]):.3f} to {max(times[name]):.3f}"
        unit = "s" if "before" in name else "s per biological second"
        print(f"{name:<34}{median:8.3f} {unit} ({spread})")
    options.out.parent.mkdir(parents=True, exist_ok=True)
    record = {
        "size": options.size,
        "dt_ms": DT_MS,
        "machine": f"{platform.machine()}, {os.cpu_count()} cores",
        "load_average": os.getloadavg(),
        "median_s": medians,
        "all_s": times,
    }
    options.out.write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
