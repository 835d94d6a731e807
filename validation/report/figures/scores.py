"""The measures that decide the verdict, at a glance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from bridge.certificate.scores import PopulationScore, Scores
from validation.measures.registry import measures
from validation.measuring.contract import Panel
from validation.report.data import ReportData
from validation.report.figures.style import line_of, new_figure, style
from validation.report.wording import form_of, title_of


def draw_scores(data: ReportData) -> Figure:
    """Draw the measures that decide, of every population and model.

    Points with their intervals; the shaded side is what the default tier allows.
    Inconclusive populations are drawn hollow.
    """
    variants = data.report.variants
    populations = list(data.report.column.populations)
    panels = [
        (measure.name, panel)
        for measure in measures()
        if (panel := measure.panel(measure.asked(data.criteria, "default").limits))
    ]
    with style():
        figure = new_figure(10.5, 0.27 * len(populations) + 1.3)
        axes = figure.subplots(1, len(panels), sharey=True)
        for axis, (measure, panel) in zip(axes, panels, strict=True):
            axis.axvspan(*panel.allowed, color="0.93", linewidth=0)
            axis.set(title=panel.title, xlim=panel.axis)
            for k, scores in enumerate(variants.values()):
                shift = 0.7 * ((k + 0.5) / max(len(variants), 1) - 0.5)
                look = _marker(scores)
                for row, population in enumerate(populations):
                    score = scores.populations.get(population)
                    if score is not None and measure in score.measures:
                        _draw_score(axis, score, measure, row + shift, look, panel)
        axes[0].set_yticks(range(len(populations)), populations)
        axes[0].set_ylim(len(populations) - 0.4, -0.6)
        for axis in axes:
            axis.tick_params(axis="y", length=0)
            for row in range(1, len(populations)):
                axis.axhline(row - 0.5, color="0.93", linewidth=0.5, zorder=0)
        for scores in variants.values():
            axes[0].plot(
                [], [], linestyle="", label=title_of(scores), **_marker(scores)
            )
        figure.legend(loc="outside lower center", ncols=6)
    return figure


def _draw_score(
    axis: Any,
    score: PopulationScore,
    measure: str,
    y: float,
    look: Mapping[str, Any],
    panel: Panel,
) -> None:
    limits = panel.axis
    result = score.measures[measure]
    value, interval = result.value, result.interval
    if value is None:
        return
    if interval is not None:
        axis.plot(
            np.clip(interval, *limits), [y, y], color=look["color"], linewidth=0.8
        )
    is_judged = score.verdict != "inconclusive"
    is_inside = limits[0] <= value <= limits[1]
    # A value beyond the axis is shown as an arrow at its end.
    outside = "<" if value < limits[0] else ">"
    axis.plot(
        np.clip(value, *limits),
        y,
        color=look["color"],
        marker=look["marker"] if is_inside else outside,
        markersize=look["markersize"],
        markerfacecolor=look["color"] if is_judged else "white",
        markeredgewidth=0.7,
        clip_on=False,
    )


MARKERS = {"plain": "x", "extended": "d", "membrane": "o"}
"""Marker of each form."""


def _marker(scores: Scores) -> dict[str, Any]:
    return {
        "color": line_of(scores)["color"],
        "marker": MARKERS.get(form_of(scores), "s"),
        "markersize": 3.4,
    }
