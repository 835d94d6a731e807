"""Everything that decides a verdict, but for what each measure asks."""

from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bridge.certificate.scores import TIERS, Tier
from bridge.column.populations import POPULATIONS
from validation.criteria.threshold import (
    Count,
    Fraction,
    Frozen,
    Harder,
    Limits,
    Positive,
    Threshold,
)


class Statistics(Frozen):
    """How estimates and intervals are made."""

    bootstrap_samples: Threshold[Annotated[int, Field(ge=100, le=100_000, strict=True)]]
    half_splits: Threshold[Annotated[int, Field(ge=1, le=10_000, strict=True)]]
    confidence: Threshold[Annotated[float, Field(gt=0.5, lt=1.0, strict=True)]]
    power: Threshold[Annotated[float, Field(gt=0.5, lt=1.0, strict=True)]]
    equivalence_alpha: Threshold[Annotated[float, Field(gt=0.0, lt=0.5, strict=True)]]


class Evaluable(Frozen):
    """What data must hold before anything is judged."""

    min_rate_hz: Threshold[Positive]
    min_half_correlation: Threshold[Fraction]
    min_ceiling: Threshold[Fraction]
    min_neurons: Threshold[Count]
    min_tuned_neurons: Threshold[Count]
    neuron_rate_hz: Threshold[Positive]
    selective_osi: Threshold[Fraction]
    response_p: Threshold[Annotated[float, Field(gt=0.0, lt=0.5, strict=True)]]

    def fires(self, rate_hz: float) -> bool:
        """Say whether a population of this mean rate, Hz, is one that counts."""
        return rate_hz >= self.min_rate_hz.value


class Verdict(Frozen):
    """How populations add up to the verdict on a model."""

    required_fraction: Threshold[Fraction]
    max_unjudged_fraction: Threshold[Fraction]
    required_populations: Threshold[tuple[str, ...]]

    @model_validator(mode="after")
    def _known_populations(self) -> Self:
        for name in self.required_populations.value:
            if name not in POPULATIONS:
                raise ValueError(f"there is no population {name!r}")
        return self


class Regime(Frozen):
    """Where the theory behind rate models stops."""

    max_synchrony: Threshold[Positive]
    min_isi_cv: Threshold[Positive]
    max_silent_fraction: Threshold[Fraction]
    max_time_scale_ratio: Threshold[Positive]


class TierCriteria(Frozen):
    """All thresholds of one tier; its sections are the measures'."""

    def section(self, name: str) -> Limits:
        """Return the limits of a section, with those of every measure in it."""
        limits: Limits = getattr(self, name)
        return limits


class Tiers(Frozen):
    """The three tiers; a harder tier may nowhere ask less."""

    lenient: TierCriteria
    default: TierCriteria
    strict: TierCriteria

    def __getitem__(self, tier: Tier) -> TierCriteria:
        criteria: TierCriteria = getattr(self, tier)
        return criteria

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        for easy, hard in pairwise(TIERS):
            for section in type(self[easy]).model_fields:
                _check_order(section, easy, self[easy], hard, self[hard])
        return self


class Criteria(Frozen):
    """Everything that decides a verdict."""

    format: Literal["v1bridge-criteria-1"]
    statistics: Statistics
    evaluable: Evaluable
    verdict: Verdict
    regime: Regime
    tiers: Tiers


def _check_order(
    section: str, easy: Tier, below: TierCriteria, hard: Tier, above: TierCriteria
) -> None:
    limits = below.section(section)
    for name, field in type(limits).model_fields.items():
        a = getattr(limits, name).value
        b = getattr(above.section(section), name).value
        rises = next(m.is_larger for m in field.metadata if isinstance(m, Harder))
        if (b < a) if rises else (b > a):
            path = f"{section}.{name}"
            raise ValueError(
                f"{hard}.{path} = {b:g} asks less than {easy}.{path} = {a:g}"
            )
