"""Does our spiking network agree with the same column in NEST?

    python benchmarks/network_vs_nest.py [--size 3k] [--seeds 6] [--bmtk]

Three comparisons, written to ``benchmarks/results/network_vs_nest.json``:

* ``rates``: several seeds of each simulator with background, surround and LGN
  spikes drawn on its own. Per population: Welch's t test (Holm-corrected) and an
  equivalence test. Two single runs of one simulator differ by more than 2.77
  standard deviations of the seeds once in 20 times; the 90 % interval of the
  difference between the simulators must lie within that.
* ``same_input``: the bare network with the same LGN spikes in both: the fraction
  of spikes that fall in the same time step.
* ``bmtk`` (with ``--bmtk``): the SONATA export in BMTK's PointNet, with the
  exported input spikes, against NEST driven directly with the same spikes.
"""

import argparse
import json
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from nest_column import (
    add_trains,
    create_cells,
    record,
    recorded,
    start_kernel,
)
from numpy.typing import NDArray
from scipy import stats

from bridge.column.building.build import build_column
from bridge.column.column import Column
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.files.spike_file import read_spikes
from bridge.sonata.inputs import steady_spikes, varying_spikes
from bridge.sonata.write import write_sonata
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel

DT_MS = 0.1
DROP_MS = 500.0
SPREAD = 1.96 * np.sqrt(2.0)
"""Two runs of one simulator differ by more than this once in 20, in units of the
standard deviation over seeds."""

Spikes = tuple[NDArray[np.float64], NDArray[Any]]


def population_rates(
    column: Column, spikes: Spikes, duration_ms: float
) -> NDArray[Any]:
    """Return the mean rate of each population after the first 500 ms, Hz."""
    times_ms, ids = spikes
    late = ids[times_ms > DROP_MS]
    counts = count_by_population(column.population[late])
    sizes = count_by_population(column.population)
    return counts / np.maximum(sizes, 1) / ((duration_ms - DROP_MS) / 1000.0)


def nest_run(
    column: Column, stimulus: Stimulus, seed: int, n_threads: int
) -> tuple[Spikes, float]:
    """Run NEST once; return its spikes and the seconds it took to simulate."""
    import nest

    start_kernel(seed, n_threads, DT_MS)
    cells = create_cells(column)
    rng = np.random.default_rng([seed, 11])
    # A poisson_generator per stream (38,500 of them) would take minutes.
    trains = {"lgn": varying_spikes(stimulus, stimulus.duration_ms, rng)}
    for name, streams in (("bkg", column.background), ("surround", column.surround)):
        trains[name] = steady_spikes(streams.rate_hz, stimulus.duration_ms, rng)
    add_trains(column, cells, trains)
    recorder = record(cells)
    nest.Prepare()
    start = time.perf_counter()
    nest.Run(stimulus.duration_ms)
    seconds = time.perf_counter() - start
    nest.Cleanup()
    return recorded(recorder, cells), seconds


def compare_rates(column: Column, seeds: int, duration_ms: float) -> dict[str, Any]:
    """Compare population rates over seeds."""
    stimulus = grating(
        column.lgn, direction_deg=0.0, duration_ms=duration_ms, onset_ms=0.0
    )
    model = SpikingModel(column, dt_ms=DT_MS, n_jobs=1)
    start = time.perf_counter()
    ours = []
    for seed in range(1, seeds + 1):
        result = model.run([stimulus], n_trials=1, seed=seed, record_spikes=True)
        spikes = result.spikes[0]
        ours.append(
            population_rates(column, (spikes.times_ms, spikes.ids), duration_ms)
        )
    our_seconds = (time.perf_counter() - start) / seeds
    in_nest, nest_seconds = [], []
    for seed in range(1, seeds + 1):
        spikes, seconds = nest_run(column, stimulus, seed, n_threads=1)
        in_nest.append(population_rates(column, spikes, duration_ms))
        nest_seconds.append(seconds)
    table = test_table(np.array(ours), np.array(in_nest))
    return {
        "stimulus": stimulus.name,
        "duration_ms": duration_ms,
        "drop_ms": DROP_MS,
        "seeds": seeds,
        "seconds_per_run": {
            "nest_simulate": float(np.mean(nest_seconds)),
            "v1bridge_whole_run": our_seconds,
        },
        "populations": table,
        "all_within_seed_spread": all(row["equivalent"] for row in table.values()),
        "any_significant_difference": any(
            row["p_holm"] < 0.05 for row in table.values()
        ),
    }


def test_table(ours: NDArray[Any], theirs: NDArray[Any]) -> dict[str, dict[str, Any]]:
    """Test each population; arrays are ``(n_seeds, 17)``, Hz."""
    n = ours.shape[0]
    variance = (ours.var(axis=0, ddof=1) + theirs.var(axis=0, ddof=1)) / 2.0
    spread = np.sqrt(variance)
    error = spread * np.sqrt(2.0 / n)
    difference = ours.mean(axis=0) - theirs.mean(axis=0)
    silent = spread == 0.0
    z = np.divide(difference, error, out=np.zeros_like(error), where=~silent)
    p = 2.0 * stats.t.sf(np.abs(z), 2 * n - 2)
    reach = np.abs(difference) + stats.t.ppf(0.95, 2 * n - 2) * error
    adjusted = holm(p)
    return {
        name: {
            "rate_v1bridge_hz": float(ours[:, k].mean()),
            "rate_nest_hz": float(theirs[:, k].mean()),
            "seed_sd_hz": float(spread[k]),
            "difference_hz": float(difference[k]),
            "z": float(z[k]),
            "p_holm": float(adjusted[k]),
            "equivalent": bool(
                reach[k] <= SPREAD * spread[k]
                if not silent[k]
                else difference[k] == 0.0
            ),
        }
        for k, name in enumerate(POPULATIONS)
    }


def holm(p: NDArray[Any]) -> NDArray[Any]:
    """Return Holm's adjusted p values."""
    order = np.argsort(p)
    scaled = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(scaled, 1.0)
    return adjusted


def bare(column: Column) -> Column:
    """Return the column without Poisson input."""
    none = PoissonInput.none()
    return replace(column, background=none, surround=none)


def same_step_fraction(column: Column, ours: Spikes, theirs: Spikes) -> dict[str, Any]:
    """Return how many spikes of both fall on the same cell in the same step."""
    keys = [
        set((np.round(t / DT_MS).astype(np.int64) * column.n_cells + i).tolist())
        for t, i in (ours, theirs)
    ]
    shared = len(keys[0] & keys[1])
    return {
        "spikes": len(keys[0]),
        "spikes_reference": len(keys[1]),
        "same_step": shared,
        "fraction": shared / max(len(keys[0]), len(keys[1]), 1),
    }


def compare_same_input(column: Column, duration_ms: float) -> dict[str, Any]:
    """Drive both with the same LGN spikes and no Poisson input."""
    import nest

    column = bare(column)
    stimulus = grating(
        column.lgn, direction_deg=0.0, duration_ms=duration_ms, onset_ms=0.0
    )
    lgn = varying_spikes(stimulus, duration_ms, np.random.default_rng(5))
    start_kernel(1, 1, DT_MS)
    cells = create_cells(column)
    add_trains(column, cells, {"lgn": lgn})
    recorder = record(cells)
    nest.Simulate(duration_ms)
    theirs = recorded(recorder, cells)
    result = SpikingModel(column, dt_ms=DT_MS, n_jobs=1).run(
        [stimulus], n_trials=1, seed=1, record_spikes=True, lgn_spikes={(0, 0): lgn}
    )
    spikes = result.spikes[0]
    return same_step_fraction(column, (spikes.times_ms, spikes.ids), theirs)


def compare_bmtk(column: Column, duration_ms: float) -> dict[str, Any]:
    """Run the export in PointNet and the same spikes in NEST directly."""
    import nest

    stimulus = grating(
        column.lgn, direction_deg=0.0, duration_ms=duration_ms, onset_ms=0.0
    )
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "column"
        write_sonata(column, folder, stimulus=stimulus, input_ms=duration_ms)
        start = time.perf_counter()
        connections = run_pointnet(folder, column.n_cells)
        seconds = time.perf_counter() - start
        theirs = spikes_of(folder / "output" / "spikes.h5", "v1")
        trains = {
            name: spikes_of(folder / "inputs" / f"{name}_spikes.h5", name)
            for name in ("lgn", "bkg", "surround")
            if (folder / "inputs" / f"{name}_spikes.h5").is_file()
        }
    start_kernel(1, 1, DT_MS)
    cells = create_cells(column)
    add_trains(column, cells, trains)
    recorder = record(cells)
    nest.Simulate(duration_ms)
    report = same_step_fraction(column, theirs, recorded(recorder, cells))
    edges = column.recurrent
    expected = np.stack([edges.source, edges.target, edges.weight_pa, edges.delay_ms])
    order = [np.lexsort((c[3], c[2], c[0], c[1])) for c in (expected, connections)]
    matched = expected[:, order[0]], connections[:, order[1]]
    return {
        **report,
        "duration_ms": duration_ms,
        "pointnet_seconds": seconds,
        "recurrent_connections": int(connections.shape[1]),
        "largest_weight_difference_pa": float(np.abs(matched[0] - matched[1])[2].max()),
        "same_ends_and_delays": bool(
            np.array_equal(matched[0][[0, 1]], matched[1][[0, 1]])
            and np.allclose(matched[0][3], matched[1][3], atol=1e-9)
        ),
    }


def spikes_of(path: Path, population: str) -> Spikes:
    """Return times and ids of a population in a file."""
    trains = read_spikes(path, population)
    return trains.times_ms, trains.ids


def run_pointnet(folder: Path, n_cells: int) -> NDArray[np.float64]:
    """Run an export in PointNet; return source, target, weight, delay in NEST."""
    import contextlib

    import nest
    from bmtk.simulator import pointnet

    with contextlib.chdir(folder):  # BMTK takes relative names from here
        config = pointnet.Config.from_json("simulation_config.json")
        config.build_env()
        network = pointnet.PointNetwork.from_config(config)
        simulator = pointnet.PointSimulator.from_config(config, network)
        made = nest.GetConnections().get(["source", "target", "weight", "delay"])
        simulator.run()
    pool = network.gid_map
    node = np.full(nest.network_size + 1, -1)
    for nest_id in pool.gids:
        node[nest_id] = pool.get_pool_id(nest_id).node_id
    ends = node[np.array(made["source"])], node[np.array(made["target"])]
    return np.stack([*ends, np.array(made["weight"]), np.array(made["delay"])])


def print_table(rates: dict[str, Any]) -> None:
    print(f"{'population':<10}{'ours Hz':>9}{'NEST Hz':>9}{'seed SD':>9}", end="")
    print(f"{'z':>7}{'p (Holm)':>10}  equivalent")
    for name, row in rates["populations"].items():
        print(
            f"{name:<10}{row['rate_v1bridge_hz']:>9.3f}{row['rate_nest_hz']:>9.3f}"
            f"{row['seed_sd_hz']:>9.3f}{row['z']:>7.2f}{row['p_holm']:>10.3f}  "
            f"{'yes' if row['equivalent'] else 'NO'}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--size", default="3k")
    parser.add_argument("--column-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--duration-ms", type=float, default=2000.0)
    parser.add_argument("--bmtk", action="store_true", help="also run PointNet")
    parser.add_argument("--bmtk-ms", type=float, default=200.0)
    results = Path(__file__).parent / "results"
    parser.add_argument("--out", type=Path, default=results / "network_vs_nest.json")
    arguments = parser.parse_args()
    size = int(arguments.size) if arguments.size.isdigit() else arguments.size
    column = build_column(size, arguments.column_seed)
    report: dict[str, Any] = {
        "column": {
            "name": column.name,
            "hash": column.hash,
            "n_cells": column.n_cells,
            "n_edges": column.recurrent.n_edges,
        },
        "versions": versions(),
    }
    report["rates"] = compare_rates(column, arguments.seeds, arguments.duration_ms)
    print_table(report["rates"])
    report["same_input"] = compare_same_input(column, 1000.0)
    print("same LGN spikes:", report["same_input"])
    if arguments.bmtk:
        report["bmtk"] = compare_bmtk(column, arguments.bmtk_ms)
        print("PointNet:", report["bmtk"])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    arguments.out.write_text(json.dumps(report, indent=2) + "\n")
    return 0 if report["rates"]["all_within_seed_spread"] else 1


def versions() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    found = {}
    for name in ("nest-simulator", "bmtk", "brian2", "numpy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


if __name__ == "__main__":
    sys.exit(main())
