"""Several runs side by side."""

from collections.abc import Mapping
from typing import Any

from bridge.column.populations import POPULATIONS
from validation.report.page import page_environment, style_sheet
from validation.report.wording import (
    LOOKS,
    number,
    one_sentence,
    percent,
    time_constant,
    title_of,
)

_KEYS = (
    "verdict",
    "rate_spiking_hz",
    "rate_model_hz",
    "rate_error",
    "r_over_ceiling",
    "explained_variance",
    "nrmse",
    "lag_ms",
)


def compare(reports: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Pick what a comparison of runs shows.

    Parameters
    ----------
    reports
        Contents of ``report.json`` by the name of the run.

    Returns
    -------
    dict
        ``runs.<run>.{column, sentence}`` and, by variant,
        ``variants.<variant>.<run>.{verdict, tau_r_ms, bandwidth_hz, populations}``;
        a run without a variant is left out there.
    """
    runs = {
        name: {
            "sentence": one_sentence({"controls": {}, **report}),
            "column": {
                "hash": report["column"]["hash"],
                "n_neurons": report["column"]["n_neurons"],
            },
        }
        for name, report in reports.items()
    }
    names: list[str] = []
    for report in reports.values():
        names += [name for name in report["variants"] if name not in names]
    variants = {
        variant: {
            run: _scores(report["variants"][variant])
            for run, report in reports.items()
            if variant in report["variants"]
        }
        for variant in names
    }
    return {"runs": runs, "variants": variants}


def render_comparison(comparison: Mapping[str, Any]) -> str:
    """Return the comparison as a single page without outside parts."""
    environment = page_environment()
    environment.filters.update(percent=percent, number=number, tau=time_constant)
    return environment.get_template("comparison.html.j2").render(
        css=style_sheet(environment),
        looks=LOOKS,
        runs=comparison["runs"],
        variants=[
            {
                "name": name,
                "title": title_of(name),
                "runs": scores,
                "populations": populations_of(scores),
            }
            for name, scores in comparison["variants"].items()
        ],
    )


def populations_of(scores: Mapping[str, Any]) -> list[str]:
    """Return the populations that any of the runs has, in the column's order."""
    known = {name for run in scores.values() for name in run["populations"]}
    return [name for name in POPULATIONS if name in known]


def _scores(scores: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "verdict": scores["verdict"],
        "tau_r_ms": scores.get("tau_r_ms"),
        "bandwidth_hz": scores.get("bandwidth_hz"),
        "populations": {
            name: {key: score.get(key) for key in _KEYS}
            for name, score in scores["populations"].items()
        },
    }
