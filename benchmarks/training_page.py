"""Draw the learning curves of a sweep.

    python benchmarks/training_page.py runs/thesis docs/results/training-curves.svg

Reads log.jsonl of every run folder: the share of right answers in the batches of
training, smoothed over 20 batches, one panel per task and input.
"""

import argparse
import json
from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ratemodel.tasks.config import TASK_NAMES

SMOOTH = 20
CHANCE = {"orientation": 0.5, "classification": 0.1, "change": 0.5}


def curve(log: Path, task: str, batch: int) -> tuple[np.ndarray, np.ndarray]:
    """Return trials seen and smoothed accuracy of a task."""
    records = [json.loads(line) for line in log.read_text().splitlines()]
    right = [
        record["accuracy"][task]
        for record in records
        if record["split"] == "train" and task in record["accuracy"]
    ]
    if len(right) < SMOOTH:
        return np.empty(0), np.empty(0)
    smooth = np.convolve(right, np.full(SMOOTH, 1.0 / SMOOTH), mode="valid")
    return batch * np.arange(SMOOTH, len(right) + 1), smooth


def main() -> None:
    """Draw."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sweep", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    runs = sorted(
        log.parent for sweep in options.sweep for log in sweep.glob("*/log.jsonl")
    )
    figure = Figure(figsize=(10.0, 5.6), layout="constrained")
    axes = figure.subplots(2, 3, sharex=True, sharey="col")
    for run in runs:
        *setting, scenario, seed = run.name.split("-")
        results = json.loads((run / "results.json").read_text())
        batch = round(results["trials"] / results["steps"])
        row = 1 if "lgn" in setting else 0
        name = scenario if setting[0] == "3k" else f"{scenario}, {setting[0]}"
        for axis, task in zip(axes[row], TASK_NAMES, strict=True):
            trials, accuracy = curve(run / "log.jsonl", task, batch)
            axis.plot(
                trials / 1000.0, 100.0 * accuracy, label=name if seed == "1" else None
            )
    for row, seen in zip(axes, ("pixels", "LGN"), strict=True):
        for axis, task in zip(row, TASK_NAMES, strict=True):
            axis.axhline(100.0 * CHANCE[task], color="0.8", linewidth=0.8, zorder=0)
            axis.set_title(f"{task}, {seen}", fontsize=9)
            axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[1]:
        axis.set_xlabel("trials of the task (thousands)")
    for axis in axes[:, 0]:
        axis.set_ylabel("right in training (%)")
    axes[0, 0].legend(fontsize=7, frameon=False)
    with rc_context({"svg.hashsalt": "v1bridge"}):
        figure.savefig(options.out, metadata={"Date": None})


if __name__ == "__main__":
    main()
