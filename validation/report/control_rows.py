"""The tables of baselines and controls as rows of text."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.certificate.scores import Outcome, Scores
from bridge.column.populations import POPULATIONS
from validation.report.run_report import Control, RunReport
from validation.report.wording import number

SMALLEST_UNSEEN = "none"
"""Said where not even the most blatant change was seen."""


def baseline_columns(baselines: Mapping[str, Scores]) -> list[dict[str, Any]]:
    """Return name, verdict and numbers of each baseline: a column of the table."""
    return [
        {
            "name": name.replace("_", " "),
            "verdict": scores.verdict,
            "cells": {
                population: _numbers(scores, population)
                for population in POPULATIONS
                if population in scores.populations
            },
        }
        for name, scores in baselines.items()
    ]


def _numbers(scores: Scores, population: str) -> dict[str, Any]:
    score = scores.populations[population]
    return {
        "verdict": score.verdict,
        "nrmse": number(score.value("nrmse")),
        "explained_variance": number(score.value("explained_variance")),
    }


def sabotage_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return the table of sabotages: a row per model and sabotage.

    Each has what was changed at every strength, from the most blatant on, the verdict
    there and whether it was seen, and the smallest strength seen.
    """
    rows: dict[tuple[str, str], list[Control]] = {}
    for control in report.controls.values():
        if control.model is not None and control.sabotage is not None:
            rows.setdefault((control.model, control.sabotage), []).append(control)
    return [
        {
            "model": model,
            "name": sabotage.replace("_", " "),
            "cells": [_cell(control) for control in controls],
            "smallest": smallest_seen(controls),
        }
        for (model, sabotage), controls in rows.items()
    ]


def smallest_seen(controls: Sequence[Control]) -> str:
    """Return the weakest of a sabotage's strengths that was seen, in words.

    One counts if every stronger one was seen as well.
    """
    smallest = SMALLEST_UNSEEN
    for control in controls:
        if not control.seen:
            break
        smallest = words_of(control)
    return smallest


def words_of(control: Control) -> str:
    """Return what was changed, without the name of the model."""
    return control.description.partition(": ")[2]


def _cell(control: Control) -> dict[str, Any]:
    low, high = control.change_interval or (0.0, 0.0)
    verdict: Outcome = control.verdict
    return {
        "words": words_of(control),
        "verdict": verdict,
        "seen": control.seen,
        "required": control.is_required,
        "change": f"{control.change or 0.0:+.2f} ({low:+.2f} to {high:+.2f})",
    }
