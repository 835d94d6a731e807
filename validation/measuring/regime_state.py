"""The state of a spiking population, and where it leaves the theory's regime."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from validation.criteria.criteria import Regime
from validation.responses.reference import Reference
from validation.statistics.numbers import Numbers, known
from validation.statistics.regime import compute_fano, compute_synchrony


class Limit(NamedTuple):
    """Where a state leaves the regime of rate models.

    Attributes
    ----------
    value
        The limit, from the criteria.
    is_upper
        Whether the state is out above it.
    words
        What it means to be out.
    """

    value: Callable[[Regime], float]
    is_upper: bool
    words: str


class State(NamedTuple):
    """One number that describes a spiking population.

    Attributes
    ----------
    title
        Head of its column in the report.
    limit
        Where it leaves the regime; ``None`` where nothing is judged.
    label
        What sentences call it.
    """

    title: str
    limit: Limit | None = None
    label: str = ""

    def is_out(self, value: float | None, criteria: Regime) -> bool:
        """Say whether a value lies outside of the regime."""
        if value is None or self.limit is None:
            return False
        limit = self.limit.value(criteria)
        return value > limit if self.limit.is_upper else value < limit


STATES: Mapping[str, State] = {
    "fano": State("Fano factor"),
    "synchrony": State(
        "synchrony χ",
        Limit(lambda c: c.max_synchrony.value, True, "cells fire together"),
        "synchrony",
    ),
    "silent_fraction": State(
        "silent cells",
        Limit(lambda c: c.max_silent_fraction.value, True, "cells are silent"),
        "silent fraction",
    ),
    "max_rate_hz": State("fastest cell (Hz)"),
    "isi_cv": State(
        "CV of intervals",
        Limit(lambda c: c.min_isi_cv.value, False, "cells fire regularly"),
        "CV of intervals",
    ),
    "time_scale_ratio": State("√(τ_s / τ_m)"),
}
"""The states, in the order of the report."""

_SAID = ("synchrony", "isi_cv", "silent_fraction")


def regime_of(reference: Reference) -> tuple[Numbers, ...]:
    """Return the state of every group, by the names of :data:`STATES`."""
    rates = reference.neuron_rates_hz.mean(axis=(0, 1, 2))
    ratio = None
    if reference.tau_s_ms is not None and reference.tau_m_ms is not None:
        ratio = np.sqrt(reference.tau_s_ms / reference.tau_m_ms)
    states = []
    for group, member in enumerate(reference.group_members):
        n_cells = int(member.sum())
        fano = compute_fano(reference.group_trials[group], n_cells, reference.bin_ms)
        state = {
            "fano": known(fano),
            "synchrony": known(compute_synchrony(fano, n_cells)),
            "silent_fraction": known(float((rates[member] == 0.0).mean())),
            "max_rate_hz": known(float(rates[member].max())),
            "isi_cv": None,
            "time_scale_ratio": None,
        }
        if reference.isi_cv is not None:
            cv = reference.isi_cv[member]
            cv = cv[np.isfinite(cv)]
            state["isi_cv"] = known(float(cv.mean())) if cv.size else None
        if ratio is not None:
            state["time_scale_ratio"] = known(float(np.median(ratio[member])))
        states.append(state)
    return tuple(states)


def describe_regime(state: Mapping[str, float | None], criteria: Regime) -> list[str]:
    """Say where a spiking population leaves the regime of rate models."""
    sentences = []
    for name in _SAID:
        value, kind = state.get(name), STATES[name]
        if value is None or kind.limit is None or not kind.is_out(value, criteria):
            continue
        relation = "above" if kind.limit.is_upper else "below"
        sentences.append(
            f"out of regime, {kind.limit.words} ({kind.label} {value:.2f}, "
            f"{relation} {kind.limit.value(criteria):g})"
        )
    return sentences


def describe_time_scales(
    states: Mapping[str, Mapping[str, float | None]], criteria: Regime
) -> tuple[str, ...]:
    """Say where synapses are too slow for theory-based transfer functions.

    Parameters
    ----------
    states
        States by population.
    criteria
        The limits.
    """
    ratios = [
        ratio
        for state in states.values()
        if (ratio := state.get("time_scale_ratio")) is not None
    ]
    limit = criteria.max_time_scale_ratio.value
    beyond = [ratio for ratio in ratios if ratio > limit]
    if not beyond:
        return ()
    return (
        f"sqrt(tau_s / tau_m) is above {limit:g} in {len(beyond)} of {len(ratios)} "
        f"populations (largest {max(beyond):.2f}): transfer functions from Siegert "
        "theory do not hold there, measured ones do",
    )
