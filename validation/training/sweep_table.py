"""The table of a sweep beside the figures of the thesis."""

import tomllib
from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import Any

from ratemodel.tasks.registry import TASKS
from ratemodel.training.accuracy import Accuracy
from validation.config.sweep import Job

_THESIS = tomllib.loads(
    files("validation.training").joinpath("thesis_accuracies.toml").read_text("utf-8")
)
_HEAD = (
    "| input and size | scenario | seeds | all tasks | "
    + " | ".join(TASKS)
    + " | thesis: all; "
    + "; ".join(_THESIS["tasks"])
    + " | validated | minutes |"
)


def is_sweep_table(text: str) -> bool:
    """Whether a text is a table of :func:`sweep_markdown`, of whatever version."""
    return not text or text.startswith("| input and size |")


def sweep_markdown(found: Sequence[tuple[Job, Mapping[str, Any]]]) -> str:
    """Return one line per scenario, size and input, in Markdown.

    Accuracies are in %, with the 95 % interval of all trials of all seeds; with
    several seeds the smallest and the largest stand behind it. All tasks is the
    mean of those of the thesis, which has three.

    Parameters
    ----------
    found
        Jobs that are complete, and their results.
    """
    groups: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for job, results in found:
        groups.setdefault((job.setting, job.scenario), []).append(results)
    lines = [_HEAD, "|" + "---|" * (_HEAD.count("|") - 1)]
    for (setting, scenario), own in groups.items():
        tests = [results["test"] for results in own]
        tasks = [_cell([test[t] for test in tests if t in test]) for t in TASKS]
        validated = all(results["certified"]["validated"] for results in own)
        minutes = sum(results["minutes"] for results in own) / len(own)
        columns = [
            setting,
            scenario,
            str(len(own)),
            _all_tasks(tests),
            *tasks,
            _published(scenario, setting),
            "yes" if validated else "NO",
            f"{minutes:.1f}",
        ]
        lines.append("| " + " | ".join(columns) + " |")
    return "\n".join(lines) + "\n"


def _published(scenario: str, setting: str) -> str:
    """Return what the thesis says of a scenario."""
    accuracies = _THESIS["accuracy"].get(scenario, {}).get(setting)
    if accuracies is not None:
        return "; ".join(f"{value:g}" for value in accuracies)
    drop = _THESIS["drop"].get(scenario, {}).get(setting)
    return "-" if drop is None else f"about {drop:g} against default"


def _all_tasks(tests: Sequence[Mapping[str, Any]]) -> str:
    means = [
        sum(test[task]["accuracy"] for task in _THESIS["tasks"]) / len(_THESIS["tasks"])
        for test in tests
        if test.keys() >= set(_THESIS["tasks"])
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
