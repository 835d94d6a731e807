"""Time the training step of the rate model on a GPU, against eager PyTorch.

    python benchmarks/gpu_rate_model.py [SIZE ...]

``rate_model()`` takes sizes of columns and returns a dictionary;
``benchmarks/gpu.py`` calls it. For 64 trials and 200 steps of the low-pass variant,
plain and extended: the plain dense loop through autograd (where its matrices fit),
the one autograd function launched operation by operation, and the same captured as
CUDA graphs, with sparse and with full matrices, and with compiled steps. Nothing is
extrapolated: a route that fails is reported with its error.

The floor counts operations (a multiplication and an addition for every weight,
trial and step: forward, back, gradient) at the rate of a product of full
matrices, and bytes (the cheaper of both matrices read twice a step, what a step
stores written and read once) at the rate of a copy, both measured on the card.
"""

import argparse
import json
import time
from collections.abc import Callable, Sequence
from typing import Any

import torch
from dense_loop import dense_loop
from rate_speed import stand_in_parameters
from torch import Tensor

from bridge.column.building.build import build_column
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.connections.product_precision import product_precision
from ratemodel.gradients.captured_sequence import CapturedSequence
from ratemodel.gradients.sequence import RateSequence
from ratemodel.network.network import RateNetwork

BATCH, N_STEPS, STEPS_PER_BIN, DT_MS = 64, 200, 10, 1.0
TURNS = 7
DENSE_LOOP_CELLS = 10_000
"""Above, 200 gradients of a full matrix take longer than they tell."""

FORMS = ("plain", "extended")
Route = Callable[[], object]


def rate_model(sizes: Sequence[str | int]) -> dict[str, Any]:
    """Time every size on the first GPU."""
    report: dict[str, Any] = {
        "device": torch.cuda.get_device_name(),
        "torch": torch.__version__,
        "batch": BATCH,
        "n_steps": N_STEPS,
        "sizes": {},
    }
    for size in sizes:
        parameters = stand_in_parameters(build_column(size, 1))
        report["sizes"][str(size)] = {
            form: time_size(parameters, "cuda", form=form) for form in FORMS
        }
    return report


def time_size(
    parameters: RateParameters,
    device: str,
    *,
    form: str = "plain",
    batch: int = BATCH,
    n_steps: int = N_STEPS,
    turns: int = TURNS,
) -> dict[str, Any]:
    """Return times of all routes, the floor, and their ratios."""
    model = RateModel.of_form("low_pass", form, 3.0, DT_MS)
    network = RateNetwork(parameters, model, device=device)
    weights = [
        torch.tensor(
            edges.weight_pa, dtype=torch.float32, device=device, requires_grad=True
        )
        for edges in (parameters.recurrent, parameters.lgn_edges)
    ]
    inputs = 20.0 * torch.rand(n_steps, parameters.n_lgn, batch, device=device)
    makers: dict[str, Callable[[], Route]] = {}
    is_small = parameters.n_cells <= DENSE_LOOP_CELLS
    if is_small and form == "plain":
        makers["dense loop, eager"] = lambda: dense_loop(
            network, inputs, lambda rates: rates.square().mean()
        )
    for product in ("sparse", "dense") if is_small else ("sparse",):
        for compiled in (False, True) if product == "sparse" else (False,):
            sequence = RateSequence(
                network,
                steps_per_bin=STEPS_PER_BIN,
                product=product,
                compiled=compiled,
            )
            name = f"{product}{', compiled' if compiled else ''}"
            if device == "cpu" or (product == "sparse" and not compiled):
                makers[f"{name}, eager"] = _maker(sequence, weights, inputs)
            if device == "cpu":
                continue
            for precision in (
                ("float32", "mixed") if product == "dense" else ("float32",)
            ):
                makers[f"{name}, captured, {precision}"] = _maker(
                    sequence, weights, inputs, precision
                )
    times = {name: time_route(make, device, turns) for name, make in makers.items()}
    floor = floor_s(network, batch, n_steps, device)
    seconds = {name: t["median_s"] for name, t in times.items() if "median_s" in t}
    best = min(seconds, key=lambda name: seconds[name])
    return {
        "n_cells": parameters.n_cells,
        "n_connections": parameters.recurrent.n_edges + parameters.lgn_edges.n_edges,
        "chosen": {name: _chosen(network, name) for name in ("float32", "mixed")},
        "times": times,
        "floor": floor,
        "best": best,
        "best over floor": seconds[best] / (floor["operations_s"] + floor["bytes_s"]),
        "dense loop over best": (
            seconds["dense loop, eager"] / seconds[best]
            if "dense loop, eager" in seconds
            else None
        ),
    }


def _chosen(network: RateNetwork, precision: str) -> str:
    with product_precision(precision):
        return type(RateSequence(network).recurrent_product).__name__


def _maker(
    sequence: RateSequence,
    weights: list[Tensor],
    inputs: Tensor,
    captured: str | None = None,
) -> Callable[[], Route]:
    def make() -> Route:
        call: Any = sequence
        if captured is not None:
            with product_precision(captured):
                call = CapturedSequence(sequence, *weights, inputs)
        return lambda: torch.autograd.grad(
            call(*weights, inputs).rates.square().mean(), weights
        )

    return make


def time_route(make: Callable[[], Route], device: str, turns: int) -> dict[str, Any]:
    """Return the median time of a route and the memory it needs, or its error."""
    on_gpu = device != "cpu"
    try:
        if on_gpu:
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats()
        started = time.perf_counter()
        route = make()
        route()
        _wait(on_gpu)
        first = time.perf_counter() - started
        taken = []
        for _ in range(turns):
            started = time.perf_counter()
            route()
            _wait(on_gpu)
            taken.append(time.perf_counter() - started)
    except RuntimeError as error:
        return {"error": str(error).splitlines()[0]}
    result: dict[str, Any] = {
        "median_s": sorted(taken)[len(taken) // 2],
        "first_s": first,
    }
    if on_gpu:
        result["memory_gb"] = torch.cuda.max_memory_allocated() / 1e9
    return result


def floor_s(
    network: RateNetwork, batch: int, n_steps: int, device: str
) -> dict[str, float]:
    """Return the least time for operations and for bytes, s."""
    on_gpu = device != "cpu"
    size = 8192 if on_gpu else 512
    left, right = torch.rand(2, size, size, device=device)
    flops = 2.0 * size**3 / _best(lambda: left @ right, on_gpu)
    source = torch.rand(2**28 if on_gpu else 2**22, device=device)
    target = torch.empty_like(source)
    bandwidth = 8.0 * source.numel() / _best(lambda: target.copy_(source), on_gpu)
    recurrent = network.coupling.recurrent
    external = network.coupling.matrix.nnz - recurrent.nnz
    operations = 2.0 * (3 * recurrent.nnz + 2 * external) * batch * n_steps
    matrix = min(4.0 * recurrent.shape[0] * recurrent.shape[1], 8.0 * recurrent.nnz)
    stored = 3 * 4.0 * network.parameters.n_cells * batch
    return {
        "gflop_per_s": flops / 1e9,
        "gb_per_s": bandwidth / 1e9,
        "operations_s": operations / flops,
        "bytes_s": 2.0 * n_steps * (matrix + stored) / bandwidth,
    }


def _best(run: Route, on_gpu: bool) -> float:
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        run()
        _wait(on_gpu)
        taken.append(time.perf_counter() - started)
    return min(taken)


def _wait(on_gpu: bool) -> None:
    if on_gpu:
        torch.cuda.synchronize()


def size_of(text: str) -> str | int:
    """Return a size of a column, as an option gives it."""
    return int(text) if text.isdecimal() else text


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "sizes", nargs="*", metavar="SIZE", type=size_of, default=["3k", "6k"]
    )
    print(json.dumps(rate_model(parser.parse_args().sizes), indent=2))


if __name__ == "__main__":
    main()
