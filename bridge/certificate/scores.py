"""Scores of a rate model against the spiking model: what a report holds."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

Tier = Literal["lenient", "default", "strict"]
Outcome = Literal["strict", "default", "lenient", "fail", "inconclusive"]

TIERS: tuple[Tier, ...] = ("lenient", "default", "strict")
"""The tiers from the easiest to the hardest."""

OUTCOMES: tuple[Outcome, ...] = ("strict", "default", "lenient", "fail", "inconclusive")
"""Possible verdicts: the highest tier reached, or why there is none."""

Interval = tuple[float, float]


class _Frozen(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, ser_json_inf_nan="null", allow_inf_nan=False
    )


class FrequencyPoint(_Frozen):
    """Response at one frequency of one stimulus, model against spiking.

    Attributes
    ----------
    stimulus
        Name of the stimulus.
    frequency_hz
        Frequency, Hz.
    amplitude_spiking_hz, amplitude_model_hz
        Amplitudes of the rates' modulation, Hz.
    gain
        Amplitude of the model over that of the spiking model.
    phase_deg
        Phase lead of the model, degrees; negative where it lags.
    gain_interval, phase_interval_deg
        Confidence intervals from the trials.
    significant
        Whether the spiking response stands out of its noise; nothing is judged
        where it does not.
    """

    stimulus: str
    frequency_hz: float
    amplitude_spiking_hz: float
    amplitude_model_hz: float
    gain: float | None = None
    phase_deg: float | None = None
    gain_interval: Interval | None = None
    phase_interval_deg: Interval | None = None
    significant: bool


class PopulationScore(_Frozen):
    """All measures of one population; ``None`` where one could not be evaluated.

    Attributes
    ----------
    n_cells
        Number of cells.
    verdict
        Highest tier whose four verdict measures (mean rate, r over ceiling,
        explained variance, NRMSE) all pass, ``"fail"`` or ``"inconclusive"``.
    reason
        Why the population is inconclusive.
    rate_spiking_hz, rate_model_hz
        Mean rates over the test stimuli, Hz.
    rate_error, rate_error_interval
        Relative error of the mean rate and its 90 % interval.
    equivalence_p
        Holm-adjusted p-value of the equivalence test by tier.
    half_correlation, ceiling
        Correlation of two halves of the trials; noise ceiling of r.
    nrmse_floor
        NRMSE that a perfect model stays below in 95 % of data sets like this one.
    modulation
        Standard deviation over time of the noise-free spiking rate over its mean.
    r_over_ceiling, explained_variance, nrmse
        Time-course measures, each with its interval.
    lag_ms, onset_difference_ms
        Lag (positive: the model is late) and difference of the onset latency.
    peak_ratio
        Peak of the response to an onset, model over spiking.
    bandwidth_hz
        Highest frequency up to which gain and phase stay within the default tier.
    frequencies
        Gain and phase at each frequency.
    neuron_r, neuron_median_error, neuron_similarity
        Single-cell mean rates: correlation and median relative error, corrected
        for spike-count noise; 1 - KS of their distribution.
    neuron_r_raw, neuron_median_error_raw
        The same without correction.
    osi_similarity, dsi_similarity, preferred_fraction
        1 - KS of the selectivity indices; share of selective cells whose preferred
        direction matches.
    seed
        What a second spiking sample reaches in the single-cell measures.
    tiers
        Highest tier reached by each measure (``"fail"``, ``"inconclusive"``).
    anchors
        Time-course measures of the other seed, a time-shuffled and a constant
        rate, by name.
    regime
        Synchrony, irregularity, silent cells of the spiking population.
    """

    n_cells: int
    verdict: Outcome
    reason: str | None = None
    rate_spiking_hz: float
    rate_model_hz: float | None
    rate_error: float | None = None
    rate_error_interval: Interval | None = None
    equivalence_p: dict[str, float] = {}
    half_correlation: float | None = None
    ceiling: float | None = None
    nrmse_floor: float | None = None
    modulation: float | None = None
    r_over_ceiling: float | None = None
    r_over_ceiling_interval: Interval | None = None
    explained_variance: float | None = None
    explained_variance_interval: Interval | None = None
    nrmse: float | None = None
    nrmse_interval: Interval | None = None
    lag_ms: float | None = None
    lag_interval_ms: Interval | None = None
    onset_difference_ms: float | None = None
    onset_interval_ms: Interval | None = None
    peak_ratio: float | None = None
    peak_ratio_interval: Interval | None = None
    bandwidth_hz: float | None = None
    frequencies: tuple[FrequencyPoint, ...] = ()
    neuron_r: float | None = None
    neuron_r_raw: float | None = None
    neuron_median_error: float | None = None
    neuron_median_error_raw: float | None = None
    neuron_similarity: float | None = None
    osi_similarity: float | None = None
    dsi_similarity: float | None = None
    preferred_fraction: float | None = None
    seed: dict[str, float | None] = {}
    tiers: dict[str, Outcome] = {}
    anchors: dict[str, dict[str, float | None]] = {}
    regime: dict[str, float | None] = {}


class Scores(_Frozen):
    """The verdict on one model and what it rests on.

    Attributes
    ----------
    name
        Name of the model.
    verdict
        Highest tier reached overall, ``"fail"`` or ``"inconclusive"``.
    tau_r_ms
        Rate time constant, ms: one value, one per population, or ``None``.
    bandwidth_hz
        Frequency up to which the required share of the evaluable populations
        follows the spiking model, Hz; ``None`` where none could be evaluated.
    pass_fraction
        Share of evaluable populations that pass, by tier.
    n_evaluable
        Number of evaluable populations.
    populations
        The populations of the column, which decide the verdict.
    classes
        Excitatory and inhibitory cells of each layer.
    failures
        One sentence per missed threshold of the default tier.
    notes
        One sentence per finding that does not touch the verdict.
    """

    name: str
    verdict: Outcome
    tau_r_ms: float | tuple[float, ...] | None = None
    bandwidth_hz: float | None = None
    pass_fraction: dict[str, float] = {}
    n_evaluable: int
    populations: dict[str, PopulationScore]
    classes: dict[str, PopulationScore]
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return JSON values: what ``report.json`` holds under ``variants.<name>``."""
        return self.model_dump(mode="json", exclude={"name"})
