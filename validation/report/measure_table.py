"""Tables of the report as rows of text."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bridge.certificate.scores import TIERS
from validation.criteria.criteria import Criteria
from validation.report.wording import number, percent


class Measure(NamedTuple):
    """One column of the table of all measures."""

    key: str
    title: str
    help: str


MEASURES = (
    Measure("rate_spiking_hz", "rate (Hz)", "mean rate of the spiking model"),
    Measure("rate_model_hz", "model (Hz)", "mean rate of the rate model"),
    Measure("rate_error", "error", "relative error of the mean rate"),
    Measure("ceiling", "ceiling", "largest correlation that the noise allows"),
    Measure("r_over_ceiling", "r / ceiling", "correlation of the PSTHs over ceiling"),
    Measure("explained_variance", "VE", "noise-corrected explained variance"),
    Measure("nrmse", "NRMSE", "noise-corrected RMS error over the mean rate"),
    Measure("lag_ms", "lag (ms)", "positive: the model is late"),
    Measure("onset_difference_ms", "onset (ms)", "difference of the onset latency"),
    Measure("peak_ratio", "peak", "peak of the flash response, model / spiking"),
    Measure("bandwidth_hz", "to (Hz)", "gain and phase hold up to this frequency"),
    Measure("neuron_r", "cells r", "correlation of single cells' mean rates"),
    Measure("neuron_median_error", "cells err", "median relative error of a cell"),
    Measure("neuron_similarity", "cells 1-KS", "distribution of the cells' rates"),
    Measure("osi_similarity", "OSI", "1 - KS of orientation selectivity"),
    Measure("dsi_similarity", "DSI", "1 - KS of direction selectivity"),
    Measure("preferred_fraction", "pref.", "cells with matching preferred direction"),
)
"""Columns of the table of all measures."""

_ONE_DIGIT = ("lag_ms", "onset_difference_ms", "bandwidth_hz")
_PERCENT = ("rate_error", "neuron_median_error")


REGIME_TITLES = {
    "fano": "Fano factor",
    "synchrony": "synchrony χ",
    "silent_fraction": "silent cells",
    "max_rate_hz": "fastest cell (Hz)",
    "isi_cv": "CV of intervals",
    "time_scale_ratio": "√(τ_s / τ_m)",
}
"""Titles of the regime measures."""


def measure_rows(scores: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the table of all measures of one model: populations, then classes."""
    rows = []
    populations, classes = scores["populations"], scores.get("classes", {})
    for k, (name, score) in enumerate([*populations.items(), *classes.items()]):
        cells = []
        for measure in MEASURES:
            value = score.get(measure.key)
            if measure.key in _PERCENT:
                cells.append(percent(value))
            else:
                cells.append(number(value, 1 if measure.key in _ONE_DIGIT else 2))
        rows.append(
            {
                "name": name,
                "cells": cells,
                "verdict": score["verdict"],
                "reason": score.get("reason"),
                "is_first_class": k == len(populations),
            }
        )
    return rows


def regime_rows(
    report: Mapping[str, Any], criteria: Criteria
) -> tuple[list[str], list[dict[str, Any]]]:
    """Return titles of the regime measures, and their values by population.

    The spiking model alone decides them, so the first variant's are taken.
    """
    first = next(iter(report["variants"].values()), None)
    populations: Mapping[str, Any] = {} if first is None else first["populations"]
    keys: list[str] = []
    for score in populations.values():
        keys += [key for key in score.get("regime", {}) if key not in keys]
    rows = []
    for name, score in populations.items():
        regime = score.get("regime", {})
        cells = [
            {
                "text": number(regime.get(key)),
                "is_out": _is_out(key, regime.get(key), criteria),
            }
            for key in keys
        ]
        rows.append({"name": name, "cells": cells})
    titles = [REGIME_TITLES.get(key, key.replace("_", " ")) for key in keys]
    return titles, rows


def criteria_rows(criteria: Criteria) -> list[dict[str, str]]:
    """Return every threshold in its three tiers with the default's reason."""
    tiers: dict[str, Any] = {name: criteria.tiers[name].model_dump() for name in TIERS}
    rows: list[dict[str, str]] = []
    for group, thresholds in tiers["default"].items():
        for name, threshold in thresholds.items():
            row = {
                "name": f"{group}: {name}".replace("_", " "),
                "reason": str(threshold["reason"]),
            }
            for tier, content in tiers.items():
                row[tier] = f"{content[group][name]['value']:g}"
            rows.append(row)
    return rows


def _is_out(key: str, value: float | None, criteria: Criteria) -> bool:
    if value is None:
        return False
    limits = criteria.regime
    if key == "synchrony":
        return value > limits.max_synchrony.value
    if key == "isi_cv":
        return value < limits.min_isi_cv.value
    if key == "silent_fraction":
        return value > limits.max_silent_fraction.value
    return False
