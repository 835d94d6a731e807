"""Population rates over time: the models on the noise band of the spiking model."""

from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from validation.report.data import ReportData
from validation.report.figures.style import line_of, population_grid, style
from validation.report.wording import title_of


def noise_band(data: ReportData, stimulus: int) -> tuple[FloatArray, FloatArray]:
    """Return mean and 95 % half-width of the spiking PSTH over all trials.

    Parameters
    ----------
    data
        Content of the report.
    stimulus
        Index of the test stimulus.

    Returns
    -------
    tuple
        Both in Hz, shape ``(n_bins, 17)``. The half-width is 1.96 standard errors
        of the mean: the true rate lies inside in 95 % of the bins, so a perfect
        model leaves the band in one bin of twenty.
    """
    rates = data.reference.rates_hz[:, stimulus]
    trials = rates.reshape(-1, *rates.shape[2:])
    error = trials.std(axis=0, ddof=1) / np.sqrt(trials.shape[0])
    return trials.mean(axis=0), 1.96 * error


def draw_psth(data: ReportData, stimulus: int) -> Figure:
    """Draw all populations' responses to one test stimulus."""
    mean, half_width = noise_band(data, stimulus)
    n_bins = mean.shape[0]
    info = data.reference.stimuli[stimulus]
    time = data.reference.drop_ms + data.reference.bin_ms * (np.arange(n_bins) + 0.5)
    with style():
        figure, panels = population_grid(10.5, 8.5)
        for index, population in enumerate(POPULATIONS):
            panel = panels[population]
            if not data.reference.n_cells_of_population[index]:
                _say(panel, "no cells")
                continue
            low = np.maximum(mean[:, index] - half_width[:, index], 0.0)
            high = mean[:, index] + half_width[:, index]
            panel.fill_between(time, low, high, color="0.8", linewidth=0)
            panel.plot(time, mean[:, index], color="0.35", linewidth=0.8)
            for name, model in data.models.items():
                line: dict[str, Any] = line_of(data.report.variants[name])
                panel.plot(
                    time,
                    model.rates_hz[stimulus, :, index],
                    gid=f"model-{name}--{info.name}-{population}",
                    linewidth=0.9,
                    **line,
                )
            for onset in info.onset_ms:
                if onset >= data.reference.drop_ms:
                    panel.axvline(onset, color="0.6", linewidth=0.6, linestyle=":")
            panel.set_ylim(bottom=0.0)
            panel.margins(x=0.0)
            panel.locator_params(axis="y", nbins=4)
        panels["i1Htr3a"].set_ylabel("rate (Hz)")
        for population in ("e23", "e4", "e5", "e6"):
            panels[population].set_ylabel("rate (Hz)")
        for population in ("e6", "i6Htr3a", "i6Pvalb", "i6Sst"):
            panels[population].set_xlabel("time in the trial (ms)")
        _key(figure, data)
    return figure


def _say(panel: Axes, text: str) -> None:
    panel.text(0.5, 0.5, text, ha="center", color="0.5", transform=panel.transAxes)
    panel.set_xticks([])
    panel.set_yticks([])


def _key(figure: Figure, data: ReportData) -> None:
    handles: list[Artist] = [
        Line2D([], [], color="0.35", linewidth=0.8, label="spiking, mean of trials"),
        Patch(color="0.8", label="95 % noise band of that mean"),
    ]
    for scores in data.report.variants.values():
        line: dict[str, Any] = line_of(scores)
        handles.append(Line2D([], [], label=title_of(scores), **line))
    # Layer 1 has one population; the free space of its row takes the key.
    figure.legend(handles=handles, loc="upper right", ncols=2)
