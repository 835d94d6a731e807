"""The measures that decide the verdict, at a glance."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from validation.report.data import ReportData
from validation.report.figures.style import new_figure, style, variant_line
from validation.report.wording import parts_of, title_of


def draw_scores(data: ReportData) -> Figure:
    """Draw the four verdict measures of every population and model.

    Points with their intervals; the shaded side is what the default tier allows.
    Inconclusive populations are drawn hollow.
    """
    tier = data.criteria.tiers["default"]
    variants: Mapping[str, Any] = data.report["variants"]
    populations = list(data.report["column"]["populations"])
    allowed = tier.mean_rate.relative_error.value
    panels = (
        ("rate_error", "error of the mean rate", (-0.5, 0.5), (-allowed, allowed)),
        (
            "r_over_ceiling",
            "correlation / ceiling",
            (0.5, 1.05),
            (tier.time_course.r_over_ceiling.value, 2.0),
        ),
        (
            "explained_variance",
            "explained variance",
            (0.0, 1.05),
            (tier.time_course.explained_variance.value, 2.0),
        ),
        ("nrmse", "NRMSE", (0.0, 0.6), (-1.0, tier.time_course.nrmse.value)),
    )
    with style():
        figure = new_figure(10.5, 0.27 * len(populations) + 1.3)
        axes = figure.subplots(1, len(panels), sharey=True)
        for axis, (key, title, limits, inside) in zip(axes, panels, strict=True):
            axis.axvspan(*inside, color="0.93", linewidth=0)
            axis.set(title=title, xlim=limits)
            for k, (name, scores) in enumerate(variants.items()):
                shift = 0.7 * ((k + 0.5) / max(len(variants), 1) - 0.5)
                look = _marker(name)
                for row, population in enumerate(populations):
                    score = scores["populations"].get(population, {})
                    _draw_score(axis, score, key, row + shift, look, limits)
        axes[0].set_yticks(range(len(populations)), populations)
        axes[0].set_ylim(len(populations) - 0.4, -0.6)
        for axis in axes:
            axis.tick_params(axis="y", length=0)
            for row in range(1, len(populations)):
                axis.axhline(row - 0.5, color="0.93", linewidth=0.5, zorder=0)
        for name in variants:
            axes[0].plot([], [], linestyle="", label=title_of(name), **_marker(name))
        figure.legend(loc="outside lower center", ncols=6)
    return figure


def _draw_score(
    axis: Any,
    score: Mapping[str, Any],
    key: str,
    y: float,
    look: Mapping[str, Any],
    limits: tuple[float, float],
) -> None:
    value = score.get(key)
    if value is None:
        return
    interval = score.get(f"{key}_interval")
    if interval is not None:
        axis.plot(
            np.clip(interval, *limits), [y, y], color=look["color"], linewidth=0.8
        )
    is_judged = score["verdict"] != "inconclusive"
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


def _marker(variant: str) -> dict[str, Any]:
    return {
        "color": variant_line(variant)["color"],
        "marker": MARKERS[parts_of(variant)[1]],
        "markersize": 3.4,
    }
