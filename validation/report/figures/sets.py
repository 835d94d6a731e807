"""Responses to perturbations and in task trials: the best model on the noise band."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS
from validation.report.data import ReportData
from validation.report.figures.style import line_of, new_figure, style
from validation.report.wording import title_of
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference, SetRole

SHOWN = ("e23", "e4", "e5", "i23Pvalb", "i4Pvalb", "i4Sst")
"""Populations that are drawn, where the column has them."""

Curve = tuple[FloatArray, FloatArray, FloatArray]
"""Spiking mean, 95 % half-width, model; Hz, ``(n_bins, 17)`` each."""


def draw_perturbations(data: ReportData) -> Figure | None:
    """Draw what each current changes: a row per current, a column per population.

    Returns
    -------
    Figure or None
        None where there is no such set.
    """
    for reference, model in _sets(data, "perturbation"):
        plain = next(k for k, s in enumerate(reference.stimuli) if not s.injected)
        return _grid(
            data,
            [
                (reference, k, _change(reference, model, k, plain))
                for k, info in enumerate(reference.stimuli)
                if info.injected
            ],
            "change (Hz)",
            is_rate=False,
        )
    return None


def draw_task_trials(data: ReportData) -> Figure | None:
    """Draw the first trial of each task and input, from rest.

    Returns
    -------
    Figure or None
        None where there is no such set.
    """
    rows = [
        (reference, k, _response(reference, model, k))
        for reference, model in _sets(data, "task")
        for k, info in enumerate(reference.stimuli)
        if info.name.endswith("_1")
    ]
    return _grid(data, rows, "rate (Hz)", is_rate=True) if rows else None


def _sets(data: ReportData, role: SetRole) -> list[tuple[Reference, ModelRates]]:
    best = data.models[data.report.best]
    return [
        (own, best.others[name])
        for name, own in data.reference.others.items()
        if own.role == role
    ]


def _response(reference: Reference, model: ModelRates, k: int) -> Curve:
    trials = reference.rates_hz[:, k].reshape(reference.n_trials, -1, len(POPULATIONS))
    return trials.mean(axis=0), _half_width(trials), model.rates_hz[k]


def _change(reference: Reference, model: ModelRates, k: int, plain: int) -> Curve:
    difference = reference.rates_hz[:, k] - reference.rates_hz[:, plain]
    trials = difference.reshape(reference.n_trials, -1, len(POPULATIONS))
    change = model.rates_hz[k] - model.rates_hz[plain]
    return trials.mean(axis=0), _half_width(trials), change


def _half_width(trials: FloatArray) -> FloatArray:
    """Return 1.96 standard errors of the mean over trials."""
    result: FloatArray = 1.96 * trials.std(axis=0, ddof=1) / np.sqrt(len(trials))
    return result


def _grid(
    data: ReportData,
    rows: Sequence[tuple[Reference, int, Curve]],
    unit: str,
    *,
    is_rate: bool,
) -> Figure:
    there = [name for name in SHOWN if name in data.reference.population_names]
    scores = data.report.variants[data.report.best]
    line: dict[str, Any] = line_of(scores)
    with style():
        figure = new_figure(10.5, 0.7 + 1.15 * len(rows))
        panels = figure.subplots(len(rows), len(there), squeeze=False)
        for own, (reference, k, curve) in zip(panels, rows, strict=True):
            info = reference.stimuli[k]
            bins = np.arange(reference.n_bins, dtype=np.float64)
            time: FloatArray = reference.drop_ms + reference.bin_ms * (bins + 0.5)
            for panel, name in zip(own, there, strict=True):
                _draw(panel, time, curve, POPULATIONS.index(name), line)
                for onset in info.onset_ms:
                    panel.axvline(onset, color="0.6", linewidth=0.6, linestyle=":")
                if name in info.injected:
                    panel.set_facecolor("#f3f0e6")
                low, high = panel.get_ylim()
                # A population that is silent is a flat line, not its rounding.
                panel.set_ylim(0.0 if is_rate else min(low, -0.5), max(high, 0.5))
                if not is_rate:
                    panel.axhline(0.0, color="0.6", linewidth=0.5)
            own[0].set_ylabel(f"{info.name.replace('_', chr(10))}\n{unit}")
        for panel, name in zip(panels[0], there, strict=True):
            panel.set_title(name)
        for panel in panels[-1]:
            panel.set_xlabel("time in the trial (ms)")
        panels[0][-1].plot([], [], color="0.35", label="spiking, 95 % band")
        panels[0][-1].plot([], [], label=title_of(scores), **line)
        figure.legend(
            *panels[0][-1].get_legend_handles_labels(),
            loc="outside upper right",
            ncols=2,
        )
    return figure


def _draw(
    panel: Axes, time: FloatArray, curve: Curve, population: int, line: dict[str, Any]
) -> None:
    mean, half, model = (values[:, population] for values in curve)
    panel.fill_between(time, mean - half, mean + half, color="0.8", linewidth=0)
    panel.plot(time, mean, color="0.35", linewidth=0.8)
    panel.plot(time, model, linewidth=0.9, **line)
    panel.margins(x=0.0)
    panel.locator_params(axis="y", nbins=4)
