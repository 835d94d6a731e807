"""Which figures a report shows."""

from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure

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
from validation.report.figures.sets import draw_perturbations, draw_task_trials
from validation.report.figures.style import to_html


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
    sets = {"perturbations": draw_perturbations(data), "tasks": draw_task_trials(data)}
    return figures | {name: drawn for name, drawn in sets.items() if drawn is not None}


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


def picture(figure: Figure, description: str, caption: str) -> dict[str, Any]:
    """Return a figure for the page, with its caption."""
    html = Markup(to_html(figure, description))
    return {"html": html, "caption": caption}


def page_figures(data: ReportData) -> dict[str, Any]:
    """Return the figures that every page has, by name."""
    figures: dict[str, Any] = {
        "scores": picture(
            draw_scores(data),
            "Verdict measures by population and model",
            "The measures that decide, with 95 % intervals (mean rate: 90 %). "
            "Shaded: allowed by the default tier. Hollow: inconclusive. Arrow heads: "
            "beyond the axis.",
        ),
        "populations": picture(
            draw_population_scatter(data),
            "Mean rates of the populations, model against spiking",
            "Mean rate of each population over all test stimuli.",
        ),
        "neurons": picture(
            draw_neuron_scatter(data),
            "Mean rates of the cells, model against spiking",
            "Mean rate of each cell over all test stimuli; rates below 0.02 Hz are "
            "drawn at 0.02 Hz.",
        ),
        "classes": picture(
            draw_connectivity(data.column, "class"),
            "Connectivity by class",
            "Recurrent connections between the nine classes.",
        ),
        "by_population": picture(
            draw_connectivity(data.column, "population"),
            "Connectivity by population",
            "Recurrent connections between the 17 populations.",
        ),
        "raster": None,
    }
    if data.raster is not None:
        figures["raster"] = picture(
            draw_raster(data.raster, data.column),
            "Raster of one trial",
            "Each dot is a spike; cells sorted by population, layer 1 on top.",
        )
    return figures


def psth_figures(data: ReportData) -> list[dict[str, Any]]:
    """Return the responses to each stimulus that is shown."""
    pictures = []
    for k in shown_stimuli(data):
        info = data.reference.stimuli[k]
        drawn = picture(
            draw_psth(data, k),
            f"Responses to {info.name}",
            f"Population rates in bins of {data.reference.bin_ms:g} ms.",
        )
        pictures.append(
            {**drawn, "name": info.name, "is_open": info.kind in ("flash", "step")}
        )
    return pictures
