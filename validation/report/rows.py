"""The tables of the verdict as rows of text."""

from collections.abc import Mapping, Sequence
from typing import Any

from bridge.column.populations import POPULATIONS
from bridge.rate_model import FORMS
from validation.report.figures.style import variant_line
from validation.report.measure_table import measure_rows
from validation.report.wording import (
    most_complete_first,
    number,
    parts_of,
    percent,
    time_constant,
    title_of,
)


def variant_rows(variants: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return what the page says of each model, the most complete first."""
    forms = {parts_of(name)[1] for name in variants}
    last = max(forms, key=list(FORMS).index, default="plain")
    shown = [_variant(n, s) for n, s in most_complete_first(variants).items()]
    for variant in shown:
        # Nine curves hide one another: the simpler forms wait for a click.
        variant["is_shown"] = variant["form"] == last
    return shown


def _variant(name: str, scores: Mapping[str, Any]) -> dict[str, Any]:
    fraction = (scores.get("pass_fraction") or {}).get("default")
    evaluable = scores.get("n_evaluable")
    share = ""
    if fraction is not None and evaluable:
        share = f"{round(fraction * evaluable)} of {evaluable} pass"
    return {
        "name": name,
        "title": title_of(name),
        "form": parts_of(name)[1],
        "colour": variant_line(name)["color"],
        "scores": {"failures": (), "notes": (), **scores},
        "tau_r": time_constant(scores.get("tau_r_ms")),
        "bandwidth": number(scores.get("bandwidth_hz"), 0),
        "share": share,
        "failures": _by_population(scores.get("failures", ())),
        "table": measure_rows(scores),
    }


def _by_population(failures: Sequence[str]) -> dict[str, list[str]]:
    """Gather the sentences of each population: ``"e4: ..."``."""
    gathered: dict[str, list[str]] = {}
    for sentence in failures:
        name, found, rest = sentence.partition(": ")
        name, text = (name, rest) if found else ("all", sentence)
        gathered.setdefault(name, []).append(text.rstrip("."))
    return gathered


def unjudged(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return populations that no model could be judged in, and why."""
    variants = list(report["variants"].values())
    return [
        (name, variants[0]["populations"][name].get("reason") or "no reason is given")
        for name in (variants[0]["populations"] if variants else ())
        if all(v["populations"][name]["verdict"] == "inconclusive" for v in variants)
    ]


def verdict_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the table of verdicts, a row per population."""
    variants = most_complete_first(report["variants"]).values()
    rows = []
    for name in POPULATIONS:
        n_cells = report["column"]["populations"].get(name)
        if not n_cells:
            continue
        scores = [v["populations"].get(name) for v in variants]
        rate = next((s["rate_spiking_hz"] for s in scores if s), None)
        rows.append(
            {
                "name": name,
                "n_cells": n_cells,
                "rate": number(rate),
                "cells": [_verdict_cell(s) for s in scores],
            }
        )
    return rows


def _verdict_cell(score: Mapping[str, Any] | None) -> dict[str, Any]:
    if score is None:
        return {"verdict": None, "detail": "", "title": ""}
    detail = " · ".join(
        (
            percent(score.get("rate_error")),
            number(score.get("r_over_ceiling")),
            number(score.get("explained_variance")),
        )
    )
    if score.get("rate_error") is None:
        detail = "silent" if not score["rate_spiking_hz"] else "not judged"
    return {
        "verdict": score["verdict"],
        "detail": detail,
        "title": score.get("reason") or "",
    }
