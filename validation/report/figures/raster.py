"""Spikes of one trial, cell by cell."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from bridge.column.column import Column
from bridge.column.connectivity import group_sizes
from bridge.column.populations import CLASSES, POPULATIONS
from validation.report.data import Raster
from validation.report.figures.style import KIND_COLOURS, kind_of, new_figure, style


def draw_raster(raster: Raster, column: Column) -> Figure:
    """Draw a raster, populations from layer 1 down, coloured by cell kind."""
    order = np.argsort(column.population, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(order.size)
    population = column.population[raster.cells]
    with style():
        figure = new_figure(10.5, 5.5)
        panel = figure.add_subplot()
        for index, name in enumerate(POPULATIONS):
            mine = population == index
            panel.plot(
                raster.times_ms[mine],
                place[raster.cells[mine]],
                ".",
                color=KIND_COLOURS[kind_of(name)],
                markersize=2.2,
                markeredgewidth=0,
                rasterized=True,
            )
        ticks: list[float] = []
        edge = 0
        sizes = group_sizes(column, "class")
        for n_cells in sizes:
            ticks.append(edge + n_cells / 2)
            edge += int(n_cells)
            panel.axhline(edge, color="0.85", linewidth=0.6, zorder=0)
        panel.set_yticks(ticks, CLASSES)
        panel.tick_params(axis="y", length=0)
        key = [
            Line2D([], [], marker=".", linestyle="", color=colour, label=kind)
            for kind, colour in KIND_COLOURS.items()
        ]
        figure.legend(handles=key, loc="outside upper right", ncols=4)
        panel.set(xlim=(0.0, raster.duration_ms), ylim=(column.n_cells, 0))
        panel.set_xlabel("time in the trial (ms)")
        panel.set_title(f"One trial of {raster.stimulus}")
    return figure
