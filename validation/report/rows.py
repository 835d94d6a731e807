"""The tables of the verdict as rows of text."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.certificate.scores import PopulationScore, Scores
from bridge.column.populations import POPULATIONS
from validation.measures.registry import measures
from validation.report.figures.style import line_of
from validation.report.measure_table import measure_rows, small_print
from validation.report.run_report import RunReport
from validation.report.wording import (
    form_of,
    most_complete_first,
    number,
    tau_r_of,
    title_of,
)


def variant_rows(variants: Mapping[str, Scores]) -> list[dict[str, Any]]:
    """Return what the page says of each model, the most complete first."""
    shown = [_variant(s) for s in most_complete_first(variants).values()]
    for variant in shown:
        # Nine curves hide one another: simpler forms and coarser steps wait for a
        # click.
        is_first = variant["form"] == shown[0]["form"]
        variant["is_shown"] = is_first and variant["step"] == shown[0]["step"]
    return shown


def _variant(scores: Scores) -> dict[str, Any]:
    return {
        "name": scores.name,
        "title": title_of(scores),
        "form": form_of(scores),
        "step": None if scores.model is None else scores.model.dt_ms,
        "colour": line_of(scores)["color"],
        "scores": scores,
        "tau_r": tau_r_of(scores),
        "summaries": summaries_of(scores),
        "share": passing_of(scores),
        "failures": _by_population(scores.failures),
        "table": measure_rows(scores),
    }


def passing_of(scores: Scores) -> str:
    """Return how many populations pass; empty where none fires."""
    if not scores.n_firing:
        return ""
    return f"{scores.n_passing} of {scores.n_firing} firing populations pass"


def summaries_of(scores: Scores) -> list[str]:
    """Return what the measures say of the model as a whole."""
    return [
        measure.say_summary(scores.summaries[measure.name])
        for measure in measures()
        if measure.name in scores.summaries
    ]


def _by_population(failures: Sequence[str]) -> dict[str, list[str]]:
    """Gather the sentences of each population: ``"e4: ..."``."""
    gathered: dict[str, list[str]] = {}
    for sentence in failures:
        name, found, rest = sentence.partition(": ")
        name, text = (name, rest) if found else ("all", sentence)
        gathered.setdefault(name, []).append(text.rstrip("."))
    return gathered


def unjudged(report: RunReport) -> list[tuple[str, str]]:
    """Return populations that models cannot be judged in by some tier, and why."""
    variants = list(report.variants.values())
    return [
        (name, reason)
        for name, score in (variants[0].populations if variants else {}).items()
        if (reason := score.reason) is not None
    ]


def verdict_rows(report: RunReport) -> list[dict[str, Any]]:
    """Return the table of verdicts, a row per population."""
    variants = most_complete_first(report.variants).values()
    rows = []
    for name in POPULATIONS:
        n_cells = report.column.populations.get(name)
        if not n_cells:
            continue
        scores = [v.populations.get(name) for v in variants]
        rate = next((s.spiking.rate_hz for s in scores if s), None)
        rows.append(
            {
                "name": name,
                "n_cells": n_cells,
                "rate": number(rate),
                "cells": [_verdict_cell(s) for s in scores],
            }
        )
    return rows


def _verdict_cell(score: PopulationScore | None) -> dict[str, Any]:
    if score is None:
        return {"verdict": None, "detail": "", "title": ""}
    detail = " · ".join(small_print(score))
    if all(score.value(m.name) is None for m in measures() if m.decides):
        detail = "not judged" if score.spiking.rate_hz else "silent"
    return {
        "verdict": score.verdict,
        "detail": detail,
        "title": score.reason or "",
    }
