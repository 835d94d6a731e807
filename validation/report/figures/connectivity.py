"""Connectivity matrices as pictures."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LogNorm, Normalize
from matplotlib.figure import Figure

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.connectivity import (
    Grouping,
    count_matrix,
    group_names,
    probability_matrix,
)
from validation.report.figures.style import new_figure, style


def draw_connectivity(column: Column, by: Grouping) -> Figure:
    """Draw count and probability of connections, targets down, sources across."""
    names = group_names(by)
    small = 5.2 if len(names) > 12 else 6.5
    with style():
        figure = new_figure(*((13.5, 6.6) if len(names) > 12 else (10.5, 5.2)))
        left, right = figure.subplots(1, 2)
        counts = count_matrix(column, by)
        texts = [[_short(int(n)) for n in row] for row in counts]
        _matrix(left, counts.astype(float), texts, names, small, is_log=True)
        left.set_title("number of connections")
        probability = probability_matrix(column, by)
        texts = [[_fraction(float(p)) for p in row] for row in probability]
        _matrix(right, probability, texts, names, small, is_log=False)
        right.set_title("probability of a connection")
    return figure


def _matrix(
    panel: Axes,
    values: FloatArray,
    texts: list[list[str]],
    names: tuple[str, ...],
    size: float,
    *,
    is_log: bool,
) -> None:
    top = float(np.nanmax(values, initial=0.0)) or 1.0
    shown = np.where(values > 0, values, np.nan)  # no connection: left white
    norm = LogNorm(1.0, max(top, 2.0)) if is_log else Normalize(0.0, top)
    panel.imshow(shown, cmap="YlGnBu", norm=norm)
    for row, line in enumerate(texts):
        for column, text in enumerate(line):
            value = float(shown[row, column])
            is_dark = bool(np.isfinite(value) and float(norm(value)) > 0.6)
            colour = "white" if is_dark else "0.2"
            panel.text(
                column, row, text, ha="center", va="center", color=colour, fontsize=size
            )
    panel.set_xticks(range(len(names)), names, rotation=90)
    panel.set_yticks(range(len(names)), names)
    panel.tick_params(length=0)
    panel.spines[:].set_visible(False)
    panel.set_xlabel("source")
    panel.set_ylabel("target")


def _short(count: int) -> str:
    if count < 1000:
        return str(count)
    return f"{count / 1000:.1f}k" if count < 10_000 else f"{count / 1000:.0f}k"


def _fraction(value: float) -> str:
    if np.isnan(value):
        return ""
    if value == 0:
        return "0"
    return f"{value:.{3 if value < 0.1 else 2}f}".lstrip("0")
