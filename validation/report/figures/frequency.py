"""Gain and phase of the models against the spiking model, over frequency."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bridge.certificate.scores import Scores
from bridge.column.populations import CLASSES
from validation.measures.frequency_response import FrequencyResponse
from validation.report.data import ReportData
from validation.report.figures.style import (
    LAYER_COLOURS,
    layer_of,
    new_figure,
    panel_rows,
    style,
)
from validation.report.wording import title_of
from validation.statistics.frequency_point import FrequencyPoint

MEASURE = FrequencyResponse()

_FREQUENCIES = (1, 2, 5, 10, 20, 50)
_GAINS = (0.25, 0.5, 0.7, 1.0, 1.4, 2.0, 4.0)


def broadband_stimuli(data: ReportData) -> list[str]:
    """Return the test stimuli with enough frequencies for a curve."""
    return [s.name for s in data.reference.stimuli if len(s.frequencies_hz) >= 3]


def draw_frequency_response(data: ReportData, stimulus: str) -> Figure:
    """Draw gain and phase of the E and I cells of each layer, a column a model.

    Only frequencies at which the spiking response stands out of its noise are
    drawn; bars are confidence intervals from the trials, and the shaded area is
    what the default tier allows.
    """
    variants = data.report.variants
    rows, columns = panel_rows(len(variants))
    with style():
        figure = new_figure(3.2 * columns + 0.9, 4.6 * rows)
        axes = figure.subplots(2 * rows, columns, squeeze=False)
        handles: dict[str, Artist] = {}
        for k, scores in enumerate(variants.values()):
            gain, phase = axes[2 * (k // columns) : 2 * (k // columns) + 2, k % columns]
            _decorate(gain, phase)
            _allowed(gain, phase, data)
            gain.set_title(title_of(scores))
            for group in CLASSES:
                points = _points(scores, group, stimulus)
                if points:
                    handles.setdefault(group, _draw_group(gain, phase, group, points))
        for unused in (
            axes.T.reshape(columns, rows, 2)
            .swapaxes(0, 1)
            .reshape(-1, 2)[len(variants) :]
        ):
            for panel in unused:
                panel.set_axis_off()
        figure.legend(handles.values(), handles.keys(), loc="outside right center")
    return figure


def _points(scores: Scores, group: str, stimulus: str) -> list[FrequencyPoint]:
    score = scores.classes.get(group) or scores.populations.get(group)
    found = None if score is None else score.value(MEASURE.name, "points")
    points = (FrequencyPoint.model_validate(p) for p in found or ())
    usable = [
        p
        for p in points
        if p.stimulus == stimulus and p.significant and p.gain is not None
    ]
    return sorted(usable, key=lambda p: p.frequency_hz)


def _draw_group(
    gain: Axes, phase: Axes, group: str, points: Sequence[FrequencyPoint]
) -> Artist:
    frequency = [p.frequency_hz for p in points]
    look: dict[str, Any] = {
        "color": LAYER_COLOURS[layer_of(group)],
        "linestyle": "-" if group[0] == "e" else "--",
        "marker": "o" if group[0] == "e" else "s",
        "markersize": 3,
        "linewidth": 1.0,
    }
    (line,) = gain.plot(frequency, [float(p.gain or 0.0) for p in points], **look)
    degrees = np.unwrap([float(p.phase_deg or 0.0) for p in points], period=360.0)
    phase.plot(frequency, degrees, **look)
    for panel, key in ((gain, "gain_interval"), (phase, "phase_interval_deg")):
        for point in points:
            if getattr(point, key):
                panel.plot(
                    [point.frequency_hz] * 2,
                    getattr(point, key),
                    color=look["color"],
                    linewidth=0.6,
                    alpha=0.5,
                )
    return line


def _allowed(gain: Axes, phase: Axes, data: ReportData) -> None:
    limits = MEASURE.asked(data.criteria, "default").limits
    low, high = limits.low_limit_hz.value, limits.high_limit_hz.value
    factor = 10 ** (limits.high_gain_db.value / 20)
    shade: dict[str, Any] = {"color": "0.92", "linewidth": 0}
    error = limits.low_gain_error.value
    gain.fill_between([0.5, low], 1 - error, 1 + error, **shade)
    gain.fill_between([low, high], 1 / factor, factor, **shade)
    degrees = limits.low_phase_deg.value
    phase.fill_between([0.5, low], -degrees, degrees, **shade)
    degrees = limits.high_phase_deg.value
    phase.fill_between([low, high], -degrees, degrees, **shade)


def _decorate(gain: Axes, phase: Axes) -> None:
    gain.axhline(1.0, color="0.6", linewidth=0.6)
    gain.set(yscale="log", ylim=(0.22, 4.5), ylabel="gain, model / spiking")
    gain.set_yticks(_GAINS, [f"{g:g}" for g in _GAINS])
    phase.axhline(0.0, color="0.6", linewidth=0.6)
    phase.set(ylim=(-120, 120), ylabel="phase lead (deg)", xlabel="frequency (Hz)")
    phase.set_yticks(np.arange(-90, 91, 45))
    for panel in (gain, phase):
        panel.set(xscale="log", xlim=(0.8, 60))
        panel.set_xticks(_FREQUENCIES, [f"{f:g}" for f in _FREQUENCIES])
        panel.minorticks_off()
