"""Mean rates, model against spiking: of every cell and of every population."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from validation.report.data import ReportData
from validation.report.figures.style import (
    KIND_COLOURS,
    kind_of,
    new_figure,
    panel_rows,
    style,
)
from validation.report.wording import title_of

_LOWEST_HZ = 0.02
_NEAR = 0.1


def draw_neuron_scatter(data: ReportData) -> Figure:
    """Draw the mean rate of every cell over the test stimuli, one panel a model."""
    spiking = data.reference.neuron_rates_hz.mean(axis=(0, 1, 2))
    kinds = np.array([kind_of(name) for name in POPULATIONS])[data.reference.population]
    with style():
        figure, panels = _panels(data)
        for name, panel in panels.items():
            model = data.models[name].neuron_rates_hz.mean(axis=0)
            top = _diagonal(panel, np.concatenate([spiking, model]))
            for kind, colour in KIND_COLOURS.items():
                cells = kinds == kind
                panel.plot(
                    np.maximum(spiking[cells], _LOWEST_HZ),
                    np.maximum(model[cells], _LOWEST_HZ),
                    ".",
                    color=colour,
                    markersize=2.2,
                    alpha=0.45,
                    markeredgewidth=0,
                    rasterized=True,
                )
            panel.set(xscale="log", yscale="log")
            panel.set(xlim=(_LOWEST_HZ * 0.8, top), ylim=(_LOWEST_HZ * 0.8, top))
            panel.set_aspect("equal")
        _label(figure, panels, "mean rate of a cell")
    return figure


def draw_population_scatter(data: ReportData) -> Figure:
    """Draw the mean rate of every population over the test stimuli."""
    spiking = data.reference.rates_hz.mean(axis=(0, 1, 2, 3))
    present = np.flatnonzero(data.reference.n_cells_of_population)
    with style():
        figure, panels = _panels(data)
        for name, panel in panels.items():
            model = data.models[name].rates_hz.mean(axis=(0, 1))
            values = np.concatenate([spiking[present], model[present]])
            top = _diagonal(panel, values)
            low = 0.7 * max(float(values.min()), _LOWEST_HZ)
            panel.set(xscale="log", yscale="log", xlim=(low, top), ylim=(low, top))
            panel.set_aspect("equal")
            for index in present:
                population = POPULATIONS[index]
                x = max(float(spiking[index]), low)
                y = max(float(model[index]), low)
                colour = KIND_COLOURS[kind_of(population)]
                panel.plot(x, y, "o", color=colour, markersize=4)
                # Names of all would lie on one another: only of those that miss.
                if abs(y - x) > _NEAR * x:
                    panel.annotate(
                        population,
                        (x, y),
                        xytext=(4, -3),
                        textcoords="offset points",
                        fontsize=6,
                        color="0.3",
                    )
        _label(figure, panels, "mean rate of a population")
    return figure


def _panels(data: ReportData) -> tuple[Figure, dict[str, Axes]]:
    names = list(data.models)
    rows, columns = panel_rows(len(names))
    figure = new_figure(3.4 * columns + 0.3, 3.5 * rows + 0.4)
    grid = figure.add_gridspec(rows, columns)
    panels = {}
    for k, name in enumerate(names):
        panels[name] = figure.add_subplot(grid[k // columns, k % columns])
        panels[name].set_title(title_of(data.report.variants[name]))
    return figure, panels


def _diagonal(panel: Axes, values: FloatArray) -> float:
    top = 1.4 * max(float(values.max(initial=1.0)), 1.0)
    ends = np.array([_LOWEST_HZ * 0.5, top])
    panel.fill_between(
        ends, (1 - _NEAR) * ends, (1 + _NEAR) * ends, color="0.9", linewidth=0
    )
    panel.plot(ends, ends, color="0.6", linewidth=0.7)
    return top


def _label(figure: Figure, panels: dict[str, Axes], what: str) -> None:
    for panel in panels.values():
        panel.set_xlabel("spiking (Hz)")
        panel.set_ylabel("rate model (Hz)")
    key = [
        Line2D([], [], marker="o", linestyle="", color=colour, label=kind)
        for kind, colour in KIND_COLOURS.items()
    ]
    figure.legend(
        handles=key,
        title=f"{what}; grey: within {_NEAR:.0%}",
        loc="outside lower center",
        ncols=4,
        title_fontsize=7,
    )
