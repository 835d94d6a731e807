"""What the second-order step costs: a training step of it beside the one before.

Run from the repository root, with the sources of an older commit beside:

    git worktree add ../before 1fb1660
    python benchmarks/step/step_cost.py ../before [--size 3k] [--dt-ms 2 5]

Both run in processes of their own that take turns, a training step each (forward,
backward, the gradient of every weight; low-pass extended, hand-written adjoint, 32
trials of 200 steps), so that a busy machine slows both; medians of the wall clock and
of the processor time are printed, with their ratio. About three minutes on one core.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
WORKER = """
import sys, time
sys.path.insert(0, {benchmarks!r})
import torch
from rate_speed import stand_in_parameters
from training_step import edge_weights, inputs_of
from bridge.column.building.build import build_column
from bridge.rate_model import RateModel
from ratemodel.gradients.sequence import RateSequence
from ratemodel.network.network import RateNetwork

torch.set_num_threads(1)
parameters = stand_in_parameters(build_column({size!r}, 1))
model = RateModel.of_form({variant!r}, "extended", {tau!r}, {dt_ms!r})
sequence = RateSequence(RateNetwork(parameters, model), steps_per_bin=2)
weights, inputs = edge_weights(parameters), inputs_of(parameters)
inputs = inputs[: 200 // {sample!r}]
for line in sys.stdin:
    wall, processor = time.perf_counter(), time.process_time()
    rates = sequence(*weights, inputs, steps_per_sample={sample!r}).rates
    torch.autograd.grad(rates.square().mean(), weights)
    wall = time.perf_counter() - wall
    print(wall, time.process_time() - processor, flush=True)
"""


def start(source: Path, **settings: object) -> subprocess.Popen[str]:
    """Return a process that takes a training step for every line it is sent."""
    code = WORKER.format(benchmarks=str(source / "benchmarks"), **settings)
    return subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=source,
        env=os.environ | {"PYTHONPATH": str(source)},
    )


def step(worker: subprocess.Popen[str]) -> tuple[float, float]:
    """Return wall and processor time of a training step, s."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write("\n")
    worker.stdin.flush()
    wall, processor = worker.stdout.readline().split()
    return float(wall), float(processor)


def main() -> None:
    """Print medians and ratios."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("before", type=Path)
    parser.add_argument("--size", default="3k")
    parser.add_argument("--dt-ms", type=float, nargs="+", default=[2.0, 5.0])
    parser.add_argument("--turns", type=int, default=7)
    parser.add_argument("--steps-per-sample", type=int, default=2)
    arguments = parser.parse_args()
    sources = {"before": arguments.before.resolve(), "now": ROOT}
    for dt_ms in arguments.dt_ms:
        for variant, tau in (("low_pass", 3.0), ("instantaneous", None)):
            settings = {
                "size": arguments.size,
                "dt_ms": dt_ms,
                "variant": variant,
                "tau": tau,
                "sample": arguments.steps_per_sample,
            }
            workers = {name: start(path, **settings) for name, path in sources.items()}
            for worker in workers.values():
                step(worker)  # compiles, and touches memory for the first time
            taken = {
                name: [step(w) for w in [worker]] for name, worker in workers.items()
            }
            for _ in range(arguments.turns - 1):
                for name, worker in workers.items():
                    taken[name].append(step(worker))
            for worker in workers.values():
                worker.kill()
            medians = {name: np.median(times, axis=0) for name, times in taken.items()}
            ratio = medians["now"] / medians["before"]
            print(f"{variant}, {dt_ms:g} ms: ", end="")
            for name, (wall, processor) in medians.items():
                print(f"{name} {wall:.3f} s (processor {processor:.3f} s), ", end="")
            print(f"ratio {ratio[0]:.2f} ({ratio[1]:.2f})", flush=True)


if __name__ == "__main__":
    main()
