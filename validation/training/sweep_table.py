"""The table of a sweep beside the figures of the thesis."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ratemodel.tasks.config import TASK_NAMES
from ratemodel.training.accuracy import Accuracy
from validation.config.sweep import Job

_HEAD = (
    "| input and size | scenario | seeds | all tasks | "
    + " | ".join(TASK_NAMES)
    + " | thesis: all; "
    + "; ".join(TASK_NAMES)
    + " | validated | minutes |"
)


def sweep_markdown(found: Sequence[tuple[Job, Mapping[str, Any]]]) -> str:
    """Return one line per scenario, size and input, in Markdown.

    Accuracies are in %, with the 95 % interval of all trials of all seeds; with
    several seeds the smallest and the largest stand behind it. All tasks is the
    mean of the three, as in the thesis.

    Parameters
    ----------
    found
        Jobs that are complete, and their results.
    """
    thesis = tomllib.loads(
        files("validation.training")
        .joinpath("thesis_accuracies.toml")
        .read_text("utf-8")
    )
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for job, results in found:
        groups.setdefault((job.setting, job.scenario), []).append(results)
    lines = [_HEAD, "|" + "---|" * (_HEAD.count("|") - 1)]
    for (setting, scenario), own in groups.items():
        tests = [results["test"] for results in own]
        tasks = [_cell([test[t] for test in tests if t in test]) for t in TASK_NAMES]
        published = thesis.get(scenario, {}).get(setting)
        if published is not None:
            shown = "; ".join(f"{value:g}" for value in published)
        elif scenario == "hybrid" and setting in thesis["hybrid_drop"]:
            shown = f"about {thesis['hybrid_drop'][setting]:g} against default"
        else:
            shown = "-"
        validated = all(results["certified"]["validated"] for results in own)
        minutes = sum(results["minutes"] for results in own) / len(own)
        columns = [
            setting,
            scenario,
            str(len(own)),
            _all_tasks(tests),
            *tasks,
            shown,
            "yes" if validated else "NO",
            f"{minutes:.1f}",
        ]
        lines.append("| " + " | ".join(columns) + " |")
    return "\n".join(lines) + "\n"


def _all_tasks(tests: Sequence[Mapping[str, Any]]) -> str:
    means = [
        sum(found["accuracy"] for found in test.values()) / len(test)
        for test in tests
        if len(test) == len(TASK_NAMES)
    ]
    return f"{100 * sum(means) / len(means):.2f}" if means else "-"


def _cell(found: Sequence[Mapping[str, Any]]) -> str:
    if not found:
        return "-"
    pooled = Accuracy(sum(f["right"] for f in found), sum(f["n_trials"] for f in found))
    low, high = pooled.interval
    text = f"{100 * pooled.value:.2f} ({100 * low:.1f} to {100 * high:.1f})"
    if len(found) > 1:
        values = [100 * f["accuracy"] for f in found]
        text += f" [{min(values):.1f}, {max(values):.1f}]"
    return text
