"""Write the report of one run as a single page without outside parts."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from matplotlib.figure import Figure

from bridge.column.column import POPULATIONS
from validation.config.validate import FORMS
from validation.report.data import ReportData
from validation.report.figures.connectivity import draw_connectivity
from validation.report.figures.frequency import (
    broadband_stimuli,
    draw_frequency_response,
)
from validation.report.figures.psth import draw_psth
from validation.report.figures.raster import draw_raster
from validation.report.figures.scatter import (
    draw_neuron_scatter,
    draw_population_scatter,
)
from validation.report.figures.scores import draw_scores
from validation.report.figures.style import to_html, variant_line
from validation.report.measure_table import (
    MEASURES,
    criteria_rows,
    measure_rows,
    regime_rows,
)
from validation.report.wording import (
    LOOKS,
    is_as_expected,
    most_complete_first,
    number,
    one_sentence,
    parts_of,
    percent,
    time_constant,
    title_of,
)

SECTIONS = (
    ("verdict", "Verdict"),
    ("failures", "Failures"),
    ("psth", "Responses"),
    ("rates", "Mean rates"),
    ("frequency", "Gain and phase"),
    ("raster", "Raster"),
    ("connectivity", "Connectivity"),
    ("controls", "Controls"),
    ("regime", "Regime"),
    ("measures", "All measures"),
    ("timings", "Timings"),
    ("reproduce", "Reproduce"),
)
"""Anchors and titles of the page's sections, in order."""


def page_environment() -> Environment:
    """Return the templates' environment: everything is escaped."""
    return Environment(
        loader=PackageLoader("validation.report"),
        autoescape=select_autoescape(default=True, default_for_string=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def style_sheet(environment: Environment) -> Markup:
    """Return the pages' style sheet."""
    return Markup(environment.get_template("style.css").render())


def render_report(data: ReportData) -> str:
    """Return ``report.html``: one self-contained page.

    Parameters
    ----------
    data
        Everything that the report shows.

    Returns
    -------
    str
        HTML with style, figures and script inside; it fetches nothing.
    """
    environment = page_environment()
    report = data.report
    regime_titles, regime = regime_rows(report, data.criteria)
    controls = [
        {
            "name": name.replace("_", " "),
            "description": control.get("description", ""),
            "ok": is_as_expected(control),
            "expected": control["expected"],
            "verdict": control["verdict"],
        }
        for name, control in report["controls"].items()
    ]
    return environment.get_template("report.html.j2").render(
        css=style_sheet(environment),
        sections=SECTIONS,
        looks=LOOKS,
        sentence=one_sentence(report),
        report={"notes": (), **report, "column": {"name": "", **report["column"]}},
        is_quick="quick = true" in data.config_toml,
        stimuli=[s.name for s in data.reference.stimuli],
        n_seeds=data.reference.n_seeds,
        trials_per_seed=data.reference.rates_hz.shape[2],
        required=data.criteria.verdict.required_populations.value,
        required_percent=f"{100 * data.criteria.verdict.required_fraction.value:g}",
        variants=_variants(report["variants"]),
        rows=_verdict_rows(report),
        unjudged=_unjudged(report),
        figures=_figures(data),
        psth=_psth_figures(data),
        frequency=[
            _picture(
                draw_frequency_response(data, name),
                f"Gain and phase, {name}",
                f"{name}: excitatory (solid) and inhibitory (dashed) cells of each "
                "layer, at the frequencies where the spiking response stands out of "
                "its noise. Shaded: allowed by the default tier.",
            )
            for name in broadband_stimuli(data)
        ],
        controls=controls,
        all_controls=bool(controls) and all(c["ok"] for c in controls),
        regime_titles=regime_titles,
        regime=regime,
        measures=MEASURES,
        criteria=criteria_rows(data.criteria),
        timings=list(report["timings"].items()),
        command="v1bridge validate config.toml --out runs/again",
        config_toml=data.config_toml,
        provenance=json.dumps(data.provenance, indent=2, ensure_ascii=False),
    )


def report_figures(data: ReportData) -> dict[str, Figure]:
    """Return the figures of the report by name, for use outside of it."""
    figures = {
        "scores": draw_scores(data),
        "populations": draw_population_scatter(data),
        "neurons": draw_neuron_scatter(data),
        "connectivity_classes": draw_connectivity(data.column, "class"),
        "connectivity_populations": draw_connectivity(data.column, "population"),
    }
    for k in shown_stimuli(data):
        figures[f"psth_{data.reference.stimuli[k].name}"] = draw_psth(data, k)
    for name in broadband_stimuli(data):
        figures[f"frequency_{name}"] = draw_frequency_response(data, name)
    if data.raster is not None:
        figures["raster"] = draw_raster(data.raster, data.column)
    return figures


def shown_stimuli(data: ReportData) -> list[int]:
    """Return the test stimuli whose responses are drawn: two of each kind.

    Over a whole population the directions of a grating look alike.
    """
    shown: list[int] = []
    kinds: list[str] = []
    for k, info in enumerate(data.reference.stimuli):
        if kinds.count(info.kind) < 2 or info.kind == "other":
            shown.append(k)
            kinds.append(info.kind)
    return shown


def _picture(figure: Figure, description: str, caption: str) -> dict[str, Any]:
    html = Markup(to_html(figure, description))
    return {"html": html, "caption": caption}


def _figures(data: ReportData) -> dict[str, Any]:
    figures: dict[str, Any] = {
        "scores": _picture(
            draw_scores(data),
            "Verdict measures by population and model",
            "The four measures that decide, with 95 % intervals (mean rate: 90 %). "
            "Shaded: allowed by the default tier. Hollow: inconclusive. Arrow heads: "
            "beyond the axis.",
        ),
        "populations": _picture(
            draw_population_scatter(data),
            "Mean rates of the populations, model against spiking",
            "Mean rate of each population over all test stimuli.",
        ),
        "neurons": _picture(
            draw_neuron_scatter(data),
            "Mean rates of the cells, model against spiking",
            "Mean rate of each cell over all test stimuli; rates below 0.02 Hz are "
            "drawn at 0.02 Hz.",
        ),
        "classes": _picture(
            draw_connectivity(data.column, "class"),
            "Connectivity by class",
            "Recurrent connections between the nine classes.",
        ),
        "by_population": _picture(
            draw_connectivity(data.column, "population"),
            "Connectivity by population",
            "Recurrent connections between the 17 populations.",
        ),
        "raster": None,
    }
    if data.raster is not None:
        figures["raster"] = _picture(
            draw_raster(data.raster, data.column),
            "Raster of one trial",
            "Each dot is a spike; cells sorted by population, layer 1 on top.",
        )
    return figures


def _psth_figures(data: ReportData) -> list[dict[str, Any]]:
    pictures = []
    for k in shown_stimuli(data):
        info = data.reference.stimuli[k]
        picture = _picture(
            draw_psth(data, k),
            f"Responses to {info.name}",
            f"Population rates in bins of {data.reference.bin_ms:g} ms.",
        )
        pictures.append(
            {**picture, "name": info.name, "is_open": info.kind in ("flash", "step")}
        )
    return pictures


def _variants(variants: Mapping[str, Any]) -> list[dict[str, Any]]:
    forms = {parts_of(name)[1] for name in variants}
    last = max(forms, key=FORMS.index, default="plain")
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


def _unjudged(report: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return populations that no model could be judged in, and why."""
    variants = list(report["variants"].values())
    return [
        (name, variants[0]["populations"][name].get("reason") or "no reason is given")
        for name in (variants[0]["populations"] if variants else ())
        if all(v["populations"][name]["verdict"] == "inconclusive" for v in variants)
    ]


def _verdict_rows(report: Mapping[str, Any]) -> list[dict[str, Any]]:
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
