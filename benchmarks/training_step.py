"""Time a training step: forward, backward and the gradient of every weight.

Run from the repository root: python benchmarks/training_step.py [--threads 2]
It takes about a minute and adds its run to results/training_step.json. The routes
take turns, so that a busy machine slows all of them; medians are reported, of
the wall clock and of the processor time (all threads). Set
OMP_WAIT_POLICY=PASSIVE where other programs use the cores.

The dense loop is the same variant, step by step through autograd, with full
matrices. The floor counts a multiplication and an addition for every weight,
trial and step, once forward, once back (recurrent only) and once for its
gradient, at the rate of a product of full 2,000 x 2,000 matrices measured in
the same minute; beside it stands the time to write and read once what a step
stores, at the rate of a copy.
"""

import argparse
import json
import multiprocessing
import os
import platform
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
from dense_loop import dense_loop
from rate_speed import stand_in_parameters
from torch import Tensor

from bridge.column.building.build import build_column
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.gradients.sequence import RateSequence
from ratemodel.network.network import RateNetwork

RESULT = Path(__file__).parent / "results" / "training_step.json"
N_STEPS, BATCH, STEPS_PER_BIN = 200, 32, 10
TAU_R_MS = 3.0
PRODUCT_SIZE = 2000
FEW_TURNS = 2
"""Turns of the dense loop, which takes long and is not warmed up."""

Route = Callable[[], object]


def edge_weights(parameters: RateParameters) -> list[Tensor]:
    """Return the weights of both sets of connections, to be trained."""
    return [
        torch.tensor(edges.weight_pa, dtype=torch.float32, requires_grad=True)
        for edges in (parameters.recurrent, parameters.lgn_edges)
    ]


def inputs_of(parameters: RateParameters, batch: int = BATCH) -> Tensor:
    """Return input rates, Hz, new at every step."""
    generator = torch.Generator().manual_seed(1)
    return 20.0 * torch.rand(N_STEPS, parameters.n_lgn, batch, generator=generator)


def model_of(form: str) -> RateModel:
    """Return the rate model that is timed."""
    return RateModel.of_form("low_pass", form, TAU_R_MS, 1.0)


def fast_route(
    parameters: RateParameters, extended: bool = False, **options: object
) -> Route:
    """Return a training step of the product."""
    network = RateNetwork(parameters, model_of("extended" if extended else "plain"))
    sequence = RateSequence(network, steps_per_bin=STEPS_PER_BIN, **options)
    weights, inputs = edge_weights(parameters), inputs_of(parameters)

    def run() -> object:
        rates = sequence(*weights, inputs).rates
        return torch.autograd.grad(rates.square().mean(), weights)

    return run


def dense_route(parameters: RateParameters) -> Route:
    """Return the plain loop: the same variant, full matrices, autograd."""

    def loss_of(rates: Tensor) -> Tensor:
        return rates.unflatten(0, (-1, STEPS_PER_BIN)).mean(1).square().mean()

    network = RateNetwork(parameters, model_of("plain"))
    return dense_loop(network, inputs_of(parameters), loss_of)


def product_route() -> Route:
    """Return the product of full matrices that the floor is measured by."""
    left, right = torch.rand(2, PRODUCT_SIZE, PRODUCT_SIZE)
    out = torch.empty_like(left)
    return lambda: torch.mm(left, right, out=out)


def copy_route() -> Route:
    """Return the copy of 200 MB that the bandwidth is measured by."""
    source, target = torch.rand(2, 50_000_000)
    return lambda: target.copy_(source)


def take_turns(routes: dict[str, Route], repeats: dict[str, int]) -> dict[str, dict]:
    """Return medians of wall and processor time by route, s."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in routes}
    for name in routes:
        if repeats[name] > FEW_TURNS:
            routes[name]()
    for turn in range(max(repeats.values())):
        for name, route in routes.items():
            if turn >= repeats[name]:
                continue
            wall, processor = time.perf_counter(), time.process_time()
            route()
            times[name].append(
                (time.perf_counter() - wall, time.process_time() - processor)
            )
    return {
        name: {
            "wall_s": float(np.median([wall for wall, _ in taken])),
            "processor_s": float(np.median([cpu for _, cpu in taken])),
            "turns": len(taken),
        }
        for name, taken in times.items()
    }


def counted(parameters: RateParameters, extended: bool) -> tuple[float, float]:
    """Return operations and stored bytes of a step of training."""
    network = RateNetwork(parameters, model_of("extended" if extended else "plain"))
    recurrent = network.coupling.recurrent.nnz
    external = network.coupling.matrix.nnz - recurrent
    operations = 2.0 * (3 * recurrent + 2 * external) * BATCH * N_STEPS
    n_slopes = 2 if extended else 1
    lines = network.channels.n_rows + (1 + n_slopes) * parameters.n_cells
    return operations, 2.0 * 4.0 * lines * BATCH * N_STEPS


def memory_mb(route: str, size: str) -> float:
    """Return what a route adds to the memory of a fresh process, MB."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_peak, (route, size))


def _peak(route: str, size: str) -> float:
    parameters = stand_in_parameters(build_column(size, 1))
    step = ROUTES[route](parameters)
    _peak_mb()
    before = _peak_mb()
    step()
    return _peak_mb() - before


def _peak_mb() -> float:
    """Return the largest memory since the last call, MB; Linux only."""
    status = Path("/proc/self/status").read_text()
    Path("/proc/self/clear_refs").write_text("5")
    return int(status.split("VmHWM:")[1].split()[0]) / 1e3


ROUTES: dict[str, Callable[[RateParameters], Route]] = {
    "dense": dense_route,
    "fast": fast_route,
    "segments of 20": partial(fast_route, segment_steps=20),
    "extended": partial(fast_route, extended=True),
}

COMPILED: dict[str, Callable[[RateParameters], Route]] = {
    "fast, compiled": partial(fast_route, compiled=True),
    "extended, compiled": partial(fast_route, extended=True, compiled=True),
}


def main() -> None:
    """Print and write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--size", default="3k")
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--compiled", action="store_true", help="those routes too")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    parameters = stand_in_parameters(build_column(arguments.size, 1))
    makers = ROUTES | (COMPILED if arguments.compiled else {})
    routes = {name: make(parameters) for name, make in makers.items()}
    routes |= {"product": product_route(), "copy": copy_route()}
    repeats = dict.fromkeys(routes, arguments.turns)
    repeats["dense"] = FEW_TURNS
    times = take_turns(routes, repeats)
    flops = 2.0 * PRODUCT_SIZE**3
    report: dict[str, object] = {
        "column": arguments.size,
        "n_cells": parameters.n_cells,
        "n_connections": parameters.recurrent.n_edges,
        "n_lgn_connections": parameters.lgn_edges.n_edges,
        "batch": BATCH,
        "n_steps": N_STEPS,
        "threads": arguments.threads,
        "processor": platform.processor() or platform.machine(),
        "torch": torch.__version__,
        "times": times,
    }
    report["load_average"] = os.getloadavg()
    for clock in ("wall_s", "processor_s"):
        rate = flops / times["product"][clock]
        bandwidth = 4e8 / times["copy"][clock]
        ratios = {"dense over fast": times["dense"][clock] / times["fast"][clock]}
        for name in makers:
            if name == "dense":
                continue
            operations, stored = counted(parameters, "extended" in name)
            floor = operations / rate
            ratios[f"{name} over arithmetic floor"] = times[name][clock] / floor
            ratios[f"{name} over arithmetic and bytes"] = times[name][clock] / (
                floor + stored / bandwidth
            )
        report[clock] = {
            "product_gflop_per_s": rate / 1e9,
            "copy_gb_per_s": bandwidth / 1e9,
            "ratios": ratios,
        }
    report["memory_mb"] = {name: memory_mb(name, arguments.size) for name in ROUTES}
    runs = json.loads(RESULT.read_text()) if RESULT.exists() else {}
    runs[f"{arguments.size}, {arguments.threads} thread(s)"] = report
    RESULT.write_text(json.dumps(runs, indent=2) + "\n")
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
