"""Lag of the model behind the spiking rates."""

from typing import Annotated

import numpy as np

from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, decide
from validation.criteria.threshold import (
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure
from validation.statistics.latency import compute_lag
from validation.statistics.numbers import estimate

FEWEST_BINS = 8
"""Bins of a trial below which no lag can be told."""


class LagLimits(Limits):
    """Largest lag or lead."""

    lag_ms: Annotated[Threshold[Positive], SMALLER_IS_HARDER]


class Lag(Measure[LagLimits, MeasureResult]):
    """Lag of the best correlation with the PSTH, ms; positive: the model is late."""

    name = "lag"
    section = "latency"
    limits = by_tier(
        LagLimits,
        lenient={"lag_ms": (10.0, "one bin of the PSTH")},
        default={"lag_ms": (5.0, "half a bin; about a synaptic time constant")},
        strict={"lag_ms": (2.5, "half of the default tier")},
    )
    columns = (Column("value", "lag (ms)", "positive: the model is late", digits=1),)

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[MeasureResult]:
        """Return the lag under broadband stimuli, or under all where there is none."""
        prepared = compared.prepared
        reference = prepared.reference
        if reference.n_bins < FEWEST_BINS:
            return [MeasureResult() for _ in range(compared.n_groups)]
        chosen = [i for i, s in enumerate(reference.stimuli) if s.kind == "broadband"]
        # Without a broadband stimulus all of them have to do.
        chosen = chosen or list(range(reference.n_stimuli))
        psth = compared.comparison.model.psth_hz
        lag = compute_lag(
            [prepared.spiking.trials_hz[:, :, reference.bins_of(i)] for i in chosen],
            [psth[:, reference.bins_of(i)] for i in chosen],
            prepared.spiking.weights,
            reference.bin_ms,
        )
        confidence = prepared.criteria.statistics.confidence.value
        return [
            MeasureResult(**estimate(lag[:, g], confidence))
            for g in range(compared.n_groups)
        ]

    def decide(self, result: MeasureResult, asked: Asked[LagLimits]) -> Decision:
        """Judge it, as far as the interval tells."""
        most = asked.limits.lag_ms.value
        return decide(result.value, result.interval, -most, most)

    def describe(self, result: MeasureResult, asked: Asked[LagLimits]) -> str:
        """Say how late or early the model is."""
        if result.value is None:
            return ""
        side = "late" if result.value > 0.0 else "early"
        return (
            f"the model is {abs(result.value):.1f} ms {side}; "
            f"{asked.limits.lag_ms.value:g} ms is allowed"
        )
