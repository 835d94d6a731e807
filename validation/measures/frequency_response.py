"""Gain and phase: up to which frequency a model follows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from bridge.certificate.scores import MeasureResult
from validation.criteria.decision import Decision, decide
from validation.criteria.threshold import (
    LARGER_IS_HARDER,
    SMALLER_IS_HARDER,
    Limits,
    Positive,
    Threshold,
    by_tier,
)
from validation.measuring.compared import Compared
from validation.measuring.contract import Asked, Column, Measure
from validation.responses.reference import Reference
from validation.statistics.amplitudes import (
    compare_amplitudes,
    compute_amplitudes,
    resolvable,
)
from validation.statistics.frequency_point import FrequencyPoint

_NATURAL = "natural vision and the gratings used here lie below"
_CUT_OFF = "the usual definition of a cut-off"
_FIRST_ORDER = "the phase of a first-order system at its cut-off"
_FADES = "responses of the visual cortex to flicker fade above it"


class FrequencyLimits(Limits):
    """Gain and phase in a low and a high band."""

    low_gain_error: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    low_phase_deg: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    low_limit_hz: Annotated[Threshold[Positive], LARGER_IS_HARDER]
    high_gain_db: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    high_phase_deg: Annotated[Threshold[Positive], SMALLER_IS_HARDER]
    high_limit_hz: Annotated[Threshold[Positive], LARGER_IS_HARDER]


class FrequencyResult(MeasureResult):
    """Highest frequency up to which gain and phase hold at the default tier, Hz.

    Attributes
    ----------
    points
        Gain and phase at each frequency.
    """

    points: tuple[FrequencyPoint, ...] = ()


class FrequencyResponse(Measure[FrequencyLimits, FrequencyResult]):
    """Gain and phase at the frequencies of the modulated stimuli."""

    name = "frequency_response"
    section = "frequency_response"
    limits = by_tier(
        FrequencyLimits,
        lenient={
            "low_gain_error": (0.41, f"3 dB, {_CUT_OFF}"),
            "low_phase_deg": (45.0, _FIRST_ORDER),
            "low_limit_hz": (10.0, _NATURAL),
            "high_gain_db": (3.0, _CUT_OFF),
            "high_phase_deg": (45.0, _FIRST_ORDER),
            "high_limit_hz": (10.0, "nothing is asked beyond the slow band"),
        },
        default={
            "low_gain_error": (0.20, "1.6 dB"),
            "low_phase_deg": (
                20.0,
                "5.6 ms at 10 Hz: the lag criterion in the frequency domain",
            ),
            "low_limit_hz": (10.0, _NATURAL),
            "high_gain_db": (3.0, _CUT_OFF),
            "high_phase_deg": (45.0, _FIRST_ORDER),
            "high_limit_hz": (30.0, _FADES),
        },
        strict={
            "low_gain_error": (0.10, "half of the default tier"),
            "low_phase_deg": (10.0, "half of the default tier"),
            "low_limit_hz": (10.0, _NATURAL),
            "high_gain_db": (
                1.6,
                "20 %, the default tier's low band carried to the high band",
            ),
            "high_phase_deg": (
                20.0,
                "the default tier's low band carried to the high band",
            ),
            "high_limit_hz": (30.0, _FADES),
        },
    )
    columns = (
        Column(
            "value", "to (Hz)", "gain and phase hold up to this frequency", digits=1
        ),
    )

    summary_title = "to, Hz"

    def compute(
        self, compared: Compared, rng: np.random.Generator
    ) -> list[FrequencyResult]:
        """Return gain and phase at every frequency that the recording resolves."""
        prepared = compared.prepared
        reference, criteria = prepared.reference, prepared.criteria
        points: list[list[FrequencyPoint]] = [[] for _ in range(compared.n_groups)]
        trials = compared.comparison.model.trials_hz
        for band in prepared.once.get("bands", lambda: _bands(reference)):
            rates = trials[:, :, reference.bins_of(band.stimulus)][:, :, band.bins]
            amplitudes = compute_amplitudes(
                rates, band.frequencies_hz, reference.bin_ms, band.start_ms
            )
            for g, own in enumerate(points):
                own += [
                    compare_amplitudes(
                        band.amplitudes_hz[g, :, k],
                        amplitudes[g, :, k],
                        stimulus=reference.stimuli[band.stimulus].name,
                        frequency_hz=frequency,
                        p_response=criteria.evaluable.response_p.value,
                        confidence=criteria.statistics.confidence.value,
                    )
                    for k, frequency in enumerate(band.frequencies_hz)
                ]
        limits = self.asked(criteria, "default").limits
        return [
            FrequencyResult(value=compute_bandwidth(own, limits), points=tuple(own))
            for own in points
        ]

    def decide(
        self, result: FrequencyResult, asked: Asked[FrequencyLimits]
    ) -> Decision:
        """Judge the band that the tier asks for, as far as it can be judged."""
        most = asked.limits.high_limit_hz.value
        decisions = [
            decide_frequency(point, asked.limits)
            for point in result.points
            if point.frequency_hz <= most and point.significant
        ]
        if "fail" in decisions:
            return "fail"
        return "pass" if set(decisions) == {"pass"} else "inconclusive"

    def describe(self, result: FrequencyResult, asked: Asked[FrequencyLimits]) -> str:
        """Say how far the model follows."""
        band = compute_bandwidth(result.points, asked.limits)
        where = f"follow only up to {band:g} Hz" if band else "do not follow"
        return f"gain and phase {where}"

    def summarise(
        self, results: Sequence[FrequencyResult], required_fraction: float
    ) -> float | None:
        """Return the frequency up to which the required share follows, Hz."""
        bands = sorted((r.value for r in results if r.value is not None), reverse=True)
        if not bands:
            return None
        enough = max(1, math.ceil(required_fraction * len(bands) - 1e-9))
        return bands[enough - 1]

    def say_summary(self, summary: float | None) -> str:
        """Return the frequency in words."""
        shown = "–" if summary is None else f"{summary:.0f}"
        return f"follows to {shown} Hz"


@dataclass(frozen=True)
class Band:
    """The spiking response at the frequencies of one stimulus.

    Attributes
    ----------
    stimulus
        Index of the stimulus.
    frequencies_hz
        Frequencies that the recording resolves, Hz.
    bins
        Bins of the stimulus that are used, on its own time axis.
    start_ms
        Start of the first of them from the start of the trial, ms.
    amplitudes_hz
        Complex amplitude per trial, ``(n_groups, n_trials, n_frequencies)``.
    """

    stimulus: int
    frequencies_hz: tuple[float, ...]
    bins: slice
    start_ms: float
    amplitudes_hz: NDArray[np.complex128]


def _bands(reference: Reference) -> list[Band]:
    bands = []
    for index, info in enumerate(reference.stimuli):
        first = 0
        if info.frequencies_hz and info.onset_ms:
            late = (info.onset_ms[0] - reference.drop_ms) / reference.bin_ms
            first = max(int(np.ceil(late - 1e-9)), 0)
        n_bins = reference.n_bins - first
        if n_bins < 2:
            continue
        frequencies = resolvable(info.frequencies_hz, n_bins, reference.bin_ms)
        # Each sinusoid costs two degrees of freedom of the fit.
        if not frequencies or 2 * len(frequencies) + 1 > n_bins:
            continue
        start = reference.drop_ms + first * reference.bin_ms
        trials = reference.group_trials[:, :, reference.bins_of(index)][:, :, first:]
        amplitudes = compute_amplitudes(trials, frequencies, reference.bin_ms, start)
        bands.append(Band(index, frequencies, slice(first, None), start, amplitudes))
    return bands


def decide_frequency(point: FrequencyPoint, limits: FrequencyLimits) -> Decision:
    """Judge one frequency: within, outside, or too noisy to say."""
    if not point.significant or point.gain is None or point.gain_interval is None:
        return "inconclusive"
    if point.frequency_hz <= limits.low_limit_hz.value:
        error = limits.low_gain_error.value
        low, high = 1.0 - error, 1.0 + error
        degrees = limits.low_phase_deg.value
    else:
        high = 10.0 ** (limits.high_gain_db.value / 20.0)
        low = 1.0 / high
        degrees = limits.high_phase_deg.value
    gain = decide(point.gain, point.gain_interval, low, high)
    if point.phase_deg is None or point.phase_interval_deg is None:
        return "fail"
    phase = decide(point.phase_deg, point.phase_interval_deg, -degrees, degrees)
    if "fail" in (gain, phase):
        return "fail"
    return "inconclusive" if "inconclusive" in (gain, phase) else "pass"


def compute_bandwidth(
    points: Sequence[FrequencyPoint], limits: FrequencyLimits
) -> float | None:
    """Highest frequency up to which every judged frequency is within tolerance.

    Frequencies without a significant spiking response, or too noisy to judge, are
    skipped: they neither extend nor end the band. Points of several stimuli at one
    frequency must all hold.

    Returns
    -------
    float or None
        The bandwidth, Hz; 0 where the lowest judged frequency is already outside,
        ``None`` where none can be judged.
    """
    bandwidth: float | None = None
    judged = [(p.frequency_hz, decide_frequency(p, limits)) for p in points]
    failed = [f for f, decision in judged if decision == "fail"]
    end = min(failed, default=np.inf)
    for frequency, decision in judged:
        if decision == "pass" and frequency < end:
            bandwidth = max(bandwidth or 0.0, frequency)
    if bandwidth is None and failed:
        return 0.0
    return bandwidth
