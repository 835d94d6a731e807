"""Put several sweeps into one table and draw their learning curves.

    python benchmarks/training_page.py runs/change runs/stills curves.svg

Prints the table of `v1bridge sweep`; runs of the same name in several sweeps, with
tasks trained apart, share a line. The curves are the share of right answers in the
batches of training (log.jsonl of every run folder), smoothed over 20 batches.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib import rc_context
from matplotlib.figure import Figure

from ratemodel.scenarios.registry import SCENARIOS
from ratemodel.tasks.registry import TASKS
from validation.config.sweep import Job
from validation.config.train import merged_train_config
from validation.training.sweep_table import sweep_markdown

SMOOTH = 20
CHANCE = {"orientation": 0.5, "classification": 0.1, "change": 0.5}


def table(runs: list[Path]) -> str:
    """Return the table of all runs."""
    merged: dict[str, tuple[Job, dict[str, Any]]] = {}
    for run in runs:
        config = merged_train_config(run / "config.toml", {})
        results = json.loads((run / "results.json").read_text())
        setting, scenario, seed = run.name.rsplit("-", 2)
        size = setting.removesuffix("-lgn")
        job = Job(scenario, size, config.input.use_lgn, int(seed), config)
        known = merged.setdefault(run.name, (job, results | {"test": {}, "minutes": 0}))
        known[1]["test"] |= results["test"]
        known[1]["minutes"] += results["minutes"]
    order = list(SCENARIOS)
    rows = sorted(
        merged.values(),
        key=lambda row: (row[0].has_lgn, row[0].size, order.index(row[0].scenario)),
    )
    return sweep_markdown(rows)


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
    colours: dict[str, str] = {}
    lines: dict[str, Any] = {}
    for run in runs:
        setting, scenario, _ = run.name.rsplit("-", 2)
        results = json.loads((run / "results.json").read_text())
        batch = round(results["trials"] / results["steps"])
        row = 1 if setting.endswith("-lgn") else 0
        size = setting.removesuffix("-lgn")
        name = scenario if size == "3k" else f"{size}, {scenario}"
        for axis, task in zip(axes[row], TASKS, strict=True):
            trials, accuracy = curve(run / "log.jsonl", task, batch)
            colour = colours.setdefault(name, f"C{len(colours)}")
            (line,) = axis.plot(trials / 1000.0, 100.0 * accuracy, color=colour)
            lines.setdefault(name, line)
    for row, seen in zip(axes, ("pixels", "LGN"), strict=True):
        for axis, task in zip(row, TASKS, strict=True):
            axis.axhline(100.0 * CHANCE[task], color="0.8", linewidth=0.8, zorder=0)
            axis.set_title(f"{task}, {seen}", fontsize=9)
            axis.spines[["top", "right"]].set_visible(False)
    for axis in axes[1]:
        axis.set_xlabel("trials of the task (thousands)")
    for axis in axes[:, 0]:
        axis.set_ylabel("right in training (%)")
    axes[0, 0].legend(lines.values(), lines, fontsize=7, frameon=False)
    print(table(runs))
    with rc_context({"svg.hashsalt": "v1bridge"}):
        figure.savefig(options.out, metadata={"Date": None})


if __name__ == "__main__":
    main()
