"""Compares the numbers of two reports, an old one of format 1 with one of format 2.

    python benchmarks/same_figures.py OLD_RUN NEW_RUN

Format 2 holds a measure's numbers together (``measures.nrmse.value``) where format 1
had them side by side (``nrmse``). Every number of the old report must stand in the new
one, equal to the last bit, and every sentence word for word; timings aside. Exit code
1 where one does not.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Any

RESULTS = {
    "rate_error": "mean_rate.value",
    "rate_error_interval": "mean_rate.interval",
    "equivalence_p": "mean_rate.equivalence_p",
    "rate_model_hz": "mean_rate.model_hz",
    "r_over_ceiling": "r_over_ceiling.value",
    "r_over_ceiling_interval": "r_over_ceiling.interval",
    "explained_variance": "explained_variance.value",
    "explained_variance_interval": "explained_variance.interval",
    "nrmse": "nrmse.value",
    "nrmse_interval": "nrmse.interval",
    "nrmse_floor": "nrmse.floor",
    "lag_ms": "lag.value",
    "lag_interval_ms": "lag.interval",
    "onset_difference_ms": "onset.value",
    "onset_interval_ms": "onset.interval",
    "peak_ratio": "peak.value",
    "peak_ratio_interval": "peak.interval",
    "bandwidth_hz": "frequency_response.value",
    "frequencies": "frequency_response.points",
    "neuron_r": "neuron_rates.value",
    "neuron_r_raw": "neuron_rates.raw",
    "neuron_median_error": "neuron_rates.median_error",
    "neuron_median_error_raw": "neuron_rates.median_error_raw",
    "neuron_similarity": "neuron_rates.similarity",
    "osi_similarity": "tuning.value",
    "dsi_similarity": "tuning.dsi_similarity",
    "preferred_fraction": "tuning.preferred_fraction",
}
SPIKING = {
    "rate_spiking_hz": "rate_hz",
    "half_correlation": "half_correlation",
    "ceiling": "ceiling",
    "modulation": "modulation",
    "regime": "regime",
}
SEED = {
    "neuron_r": ("neuron_rates", "r"),
    "neuron_median_error": ("neuron_rates", "median_error"),
    "neuron_similarity": ("neuron_rates", "similarity"),
    "osi_similarity": ("tuning", "osi_similarity"),
    "dsi_similarity": ("tuning", "dsi_similarity"),
    "preferred_fraction": ("tuning", "preferred_fraction"),
}


def as_format_1(new: dict[str, Any]) -> dict[str, Any]:
    """Return a report of format 2 with the keys of format 1."""
    report = {k: v for k, v in new.items() if k not in ("format", "notes", "trained")}
    report["variants"] = {n: _variant(s) for n, s in new["variants"].items()}
    report["controls"] = {
        name: {k: v for k, v in control.items() if v is not None}
        for name, control in new["controls"].items()
    }
    return report


def _variant(scores: dict[str, Any]) -> dict[str, Any]:
    kept = ("verdict", "pass_fraction", "n_evaluable", "failures", "notes")
    return {
        **{key: scores[key] for key in kept},
        "tau_r_ms": scores["model"]["tau_r_ms"],
        "bandwidth_hz": scores["summaries"]["frequency_response"],
        "populations": {n: _score(s) for n, s in scores["populations"].items()},
        "classes": {n: _score(s) for n, s in scores["classes"].items()},
    }


def _score(score: dict[str, Any]) -> dict[str, Any]:
    measures = score["measures"]
    flat = {key: score[key] for key in ("n_cells", "verdict", "reason")}
    flat |= {old: score["spiking"][new] for old, new in SPIKING.items()}
    for old, path in RESULTS.items():
        measure, key = path.split(".")
        flat[old] = measures.get(measure, {}).get(key)
    flat["seed"] = {
        old: measures[measure]["seed"][key]
        for old, (measure, key) in SEED.items()
        if key in measures.get(measure, {}).get("seed", {})
    }
    flat["tiers"] = {name: result["tier"] for name, result in measures.items()}
    flat["anchors"] = {
        name: {("rate_error" if k == "mean_rate" else k): v for k, v in own.items()}
        for name, own in score["anchors"].items()
    }
    return flat


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Return every place where two reports differ."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = [f"{path}.{k}: only in one" for k in old.keys() ^ new.keys()]
        for key in old.keys() & new.keys():
            found += differences(old[key], new[key], f"{path}.{key}")
        return found
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [
            line
            for k, (a, b) in enumerate(zip(old, new, strict=True))
            for line in differences(a, b, f"{path}[{k}]")
        ]
    return [] if old == new else [f"{path}: {old!r}, now {new!r}"]


def count_numbers(content: Any) -> int:
    """Return how many numbers a report holds."""
    if isinstance(content, dict):
        return sum(map(count_numbers, content.values()))
    if isinstance(content, list):
        return sum(map(count_numbers, content))
    return int(isinstance(content, int | float) and not isinstance(content, bool))


def main() -> int:
    """Compare and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("old", metavar="OLD_RUN", type=Path)
    parser.add_argument("new", metavar="NEW_RUN", type=Path)
    options = parser.parse_args()
    old, new = (
        json.loads((run / "report.json").read_text(encoding="utf-8"))
        for run in (options.old, options.new)
    )
    old, new = (r if "format" not in r else as_format_1(r) for r in (old, new))
    for report in (old, new):
        report.pop("timings")
    found = differences(old, new)
    for line in found[:20]:
        print(line)
    print(f"{count_numbers(old)} numbers compared, {len(found)} differences")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
