"""Scores of a rate model against the spiking model: what a report holds."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    SerializeAsAny,
    computed_field,
    model_validator,
)

from bridge.rate_model import RateModel

Tier = Literal["lenient", "default", "strict"]
Outcome = Literal["strict", "default", "lenient", "fail", "inconclusive"]
"""Possible verdicts: the highest tier reached, or why there is none."""

TIERS: tuple[Tier, ...] = ("lenient", "default", "strict")
"""The tiers from the easiest to the hardest."""

PASSING: tuple[Outcome, ...] = ("strict", "default")
"""Verdicts that count as a pass."""

Interval = tuple[float, float]


def without_computed(kind: type[BaseModel], content: Any) -> Any:
    """Return the content of a file without the computed fields of its class."""
    if not isinstance(content, Mapping):
        return content
    computed = kind.model_computed_fields
    return {key: value for key, value in content.items() if key not in computed}


class _Frozen(BaseModel):
    model_config = ConfigDict(
        extra="forbid", frozen=True, ser_json_inf_nan="null", allow_inf_nan=False
    )

    @model_validator(mode="before")
    @classmethod
    def _without_computed(cls, content: Any) -> Any:
        """Leave out what is computed from the rest: a file holds it for readers."""
        return without_computed(cls, content)


class MeasureResult(_Frozen):
    """What one measure found in one population; its file says what else it holds.

    Attributes
    ----------
    value
        The number that stands for it; ``None`` where it could not be evaluated.
    interval
        Confidence interval of the number.
    tier
        Highest tier reached, ``"fail"`` or ``"inconclusive"``.
    """

    model_config = ConfigDict(extra="allow")

    value: float | None = None
    interval: Interval | None = None
    tier: Outcome = "inconclusive"


class SpikingState(_Frozen):
    """The spiking population that a model is held against.

    Attributes
    ----------
    rate_hz
        Mean rate over the test stimuli, Hz.
    half_correlation, ceiling
        Correlation of two halves of the trials; noise ceiling of r.
    modulation
        Standard deviation over time of the noise-free rate over its mean.
    regime
        Synchrony, irregularity, silent cells.
    """

    rate_hz: float
    half_correlation: float | None = None
    ceiling: float | None = None
    modulation: float | None = None
    regime: dict[str, float | None] = {}


class PopulationScore(_Frozen):
    """All measures of one population.

    Attributes
    ----------
    n_cells
        Number of cells.
    verdict
        Highest tier that all measures that decide reach, and that the data can judge
        (the strict one wherever they can the default one); ``"fail"``, or
        ``"inconclusive"`` where they can judge no tier.
    reason
        Why the data cannot judge it by the default tier, or by any.
    spiking
        State of the spiking population.
    measures
        Results by measure; empty where the model's rates are not numbers.
    anchors
        What the other seed, a time-shuffled and a constant rate score, by name and
        measure.
    """

    n_cells: int
    verdict: Outcome
    reason: str | None = None
    spiking: SpikingState
    measures: dict[str, SerializeAsAny[MeasureResult]] = {}
    anchors: dict[str, dict[str, float | None]] = {}

    @computed_field  # type: ignore[prop-decorator]
    @property
    def nrmse_interval(self) -> Interval | None:
        """Confidence interval of the NRMSE; ``None`` where there is none."""
        interval: Interval | None = self.value("nrmse", "interval")
        return interval

    @computed_field  # type: ignore[prop-decorator]
    @property
    def skill(self) -> float | None:
        """Skill over a model of the stimulus alone; ``None`` where there is none."""
        value: float | None = self.value("skill")
        return value

    @computed_field  # type: ignore[prop-decorator]
    @property
    def skill_interval(self) -> Interval | None:
        """Confidence interval of the skill; ``None`` where there is none."""
        interval: Interval | None = self.value("skill", "interval")
        return interval

    def nrmse_words(self) -> str:
        """Return the NRMSE with its interval; a dash where there is none."""
        value, interval = self.value("nrmse"), self.nrmse_interval
        if value is None:
            return "–"
        if interval is None:
            return f"{value:.3f}"
        return f"{value:.3f} ({interval[0]:.3f} to {interval[1]:.3f})"

    def __repr__(self) -> str:
        return (
            f"PopulationScore({self.n_cells} cells: {self.verdict}, "
            f"NRMSE {self.nrmse_words()})"
        )

    __str__ = __repr__

    def value(self, measure: str, key: str = "value") -> Any:
        """Return a number of a measure; ``None`` where there is none."""
        return getattr(self.measures.get(measure), key, None)


class Scores(_Frozen):
    """The verdict on one model and what it rests on.

    Attributes
    ----------
    name
        Name of the model.
    model
        Which rate model, tau_r by population; ``None`` for what is none.
    verdict
        Highest tier reached overall, ``"fail"`` or ``"inconclusive"``.
    summaries
        What a measure says of the whole model, by measure, such as the frequency
        (Hz) up to which the required share of the judged populations follows.
    firing
        Populations that fire in the test set: what a verdict counts.
    judged
        Those of them that the data can judge, by the lenient tier at the least; the
        others have not passed. Nor has one at a tier that they cannot judge it by.
    pass_fraction
        Share of the firing populations that pass, by tier.
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
    model: RateModel | None = None
    verdict: Outcome
    summaries: dict[str, float | None] = {}
    firing: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()
    pass_fraction: dict[str, float] = {}
    populations: dict[str, PopulationScore]
    classes: dict[str, PopulationScore]
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def n_firing(self) -> int:
        """Number of populations that fire."""
        return len(self.firing)

    @property
    def n_judged(self) -> int:
        """Number of firing populations that the data can judge."""
        return len(self.judged)

    @property
    def n_passing(self) -> int:
        """Number of firing populations that reach the default tier."""
        return round(self.pass_fraction.get("default", 0.0) * self.n_firing)

    def passing(self, tier: Tier) -> tuple[str, ...]:
        """Return the firing populations that reach a tier."""
        enough = TIERS[TIERS.index(tier) :]
        return tuple(
            name
            for name, score in self.populations.items()
            if name in self.firing and score.verdict in enough
        )

    def __repr__(self) -> str:
        return (
            f"Scores({self.name}: {self.verdict}, {self.n_passing} of "
            f"{self.n_firing} firing populations at the default tier)"
        )

    def __str__(self) -> str:
        rows = [repr(self)]
        for name, score in self.populations.items():
            why = f" ({score.reason})" if score.reason else ""
            rows.append(f"  {name:9s}{score.verdict:13s}{score.nrmse_words()}{why}")
        return "\n".join(rows)

    def _repr_html_(self) -> str:
        titles = ("population", "cells", "rate (Hz)", "verdict", "NRMSE (interval)")
        head = "".join(f"<th>{title}</th>" for title in titles)
        rows = "".join(
            f"<tr><td>{name}</td><td>{score.n_cells}</td>"
            f"<td>{score.spiking.rate_hz:.2f}</td><td>{score.verdict}</td>"
            f"<td>{score.nrmse_words()}</td></tr>"
            for name, score in self.populations.items()
        )
        return f"<table><caption>{self!r}</caption><tr>{head}</tr>{rows}</table>"
