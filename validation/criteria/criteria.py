"""The thresholds of the three tiers, read from ``criteria.toml``."""

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from bridge.certificate.scores import TIERS, Tier
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError

DEFAULT_CRITERIA = Path(__file__).with_name("criteria.toml")

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False, strict=True)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
ValueT = TypeVar("ValueT")

_AT_LEAST = "at least"
_AT_MOST = "at most"


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(_Frozen, Generic[ValueT]):
    """A value and the reason for it."""

    value: ValueT
    reason: Annotated[str, Field(min_length=1)]


class Statistics(_Frozen):
    """How estimates and intervals are made."""

    bootstrap_samples: Threshold[Annotated[int, Field(ge=100, le=100_000, strict=True)]]
    half_splits: Threshold[Count]
    confidence: Threshold[Annotated[float, Field(gt=0.5, lt=1.0, strict=True)]]
    equivalence_alpha: Threshold[Annotated[float, Field(gt=0.0, lt=0.5, strict=True)]]


class Evaluable(_Frozen):
    """What data must hold before anything is judged."""

    min_rate_hz: Threshold[Positive]
    min_half_correlation: Threshold[Fraction]
    min_ceiling: Threshold[Fraction]
    min_neurons: Threshold[Count]
    min_tuned_neurons: Threshold[Count]
    neuron_rate_hz: Threshold[Positive]
    selective_osi: Threshold[Fraction]
    response_p: Threshold[Annotated[float, Field(gt=0.0, lt=0.5, strict=True)]]


class Verdict(_Frozen):
    """How populations add up to the verdict on a model."""

    required_fraction: Threshold[Fraction]
    required_populations: Threshold[tuple[str, ...]]

    @model_validator(mode="after")
    def _known_populations(self) -> Self:
        for name in self.required_populations.value:
            if name not in POPULATIONS:
                raise ValueError(f"there is no population {name!r}")
        return self


class Regime(_Frozen):
    """Where the theory behind rate models stops."""

    max_synchrony: Threshold[Positive]
    min_isi_cv: Threshold[Positive]
    max_silent_fraction: Threshold[Fraction]
    max_time_scale_ratio: Threshold[Positive]


class MeanRate(_Frozen):
    """Mean rate: error of the estimate, and margin of the equivalence test."""

    relative_error: Threshold[Positive]
    absolute_error_hz: Threshold[Positive]
    equivalence_margin: Threshold[Annotated[float, Field(gt=0.0, lt=1.0, strict=True)]]


class TimeCourse(_Frozen):
    """Shape and size of the PSTH."""

    r_over_ceiling: Threshold[Fraction]
    explained_variance: Threshold[Fraction]
    nrmse: Threshold[Positive]


class Latency(_Frozen):
    """Timing, and the peak of the response to an onset."""

    lag_ms: Threshold[Positive]
    onset_ms: Threshold[Positive]
    peak_ratio_low: Threshold[Positive]
    peak_ratio_high: Threshold[Positive]


class FrequencyResponse(_Frozen):
    """Gain and phase in a low and a high band."""

    low_gain_error: Threshold[Positive]
    low_phase_deg: Threshold[Positive]
    low_limit_hz: Threshold[Positive]
    high_gain_db: Threshold[Positive]
    high_phase_deg: Threshold[Positive]
    high_limit_hz: Threshold[Positive]


class PerNeuron(_Frozen):
    """Mean rates of single cells."""

    rate_correlation: Threshold[Fraction]
    median_error: Threshold[Positive]
    similarity: Threshold[Fraction]
    similarity_below_seed: Threshold[Fraction]


class Tuning(_Frozen):
    """Selectivity for direction and orientation."""

    similarity: Threshold[Fraction]
    similarity_below_seed: Threshold[Fraction]
    preferred_deg: Threshold[Positive]
    preferred_fraction: Threshold[Fraction]


class TierCriteria(_Frozen):
    """All thresholds of one tier."""

    mean_rate: MeanRate
    time_course: TimeCourse
    latency: Latency
    frequency_response: FrequencyResponse
    per_neuron: PerNeuron
    tuning: Tuning


class Tiers(_Frozen):
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
            for path, rises in _DIRECTIONS.items():
                group, name = path.split(".")
                a = getattr(getattr(self[easy], group), name).value
                b = getattr(getattr(self[hard], group), name).value
                if (b < a) if rises else (b > a):
                    raise ValueError(
                        f"{hard}.{path} = {b:g} asks less than {easy}.{path} = {a:g}"
                    )
        return self


# True where a larger number asks more.
_DIRECTIONS = {
    "mean_rate.relative_error": False,
    "mean_rate.absolute_error_hz": False,
    "mean_rate.equivalence_margin": False,
    "time_course.r_over_ceiling": True,
    "time_course.explained_variance": True,
    "time_course.nrmse": False,
    "latency.lag_ms": False,
    "latency.onset_ms": False,
    "latency.peak_ratio_low": True,
    "latency.peak_ratio_high": False,
    "frequency_response.low_gain_error": False,
    "frequency_response.low_phase_deg": False,
    "frequency_response.low_limit_hz": True,
    "frequency_response.high_gain_db": False,
    "frequency_response.high_phase_deg": False,
    "frequency_response.high_limit_hz": True,
    "per_neuron.rate_correlation": True,
    "per_neuron.median_error": False,
    "per_neuron.similarity": True,
    "per_neuron.similarity_below_seed": False,
    "tuning.similarity": True,
    "tuning.similarity_below_seed": False,
    "tuning.preferred_deg": False,
    "tuning.preferred_fraction": True,
}


class Criteria(_Frozen):
    """Everything that decides a verdict."""

    format: Literal["v1bridge-criteria-1"]
    statistics: Statistics
    evaluable: Evaluable
    verdict: Verdict
    regime: Regime
    tiers: Tiers


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such criteria file") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not a text file") from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: is not valid TOML ({error})") from None


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        # A threshold is replaced whole: an old reason must not vouch for a new value.
        is_group = isinstance(old, dict) and "reason" not in old
        if is_group and isinstance(old, dict) and isinstance(value, dict):
            merged[key] = _merge(old, value)
        else:
            merged[key] = value
    return merged


def load_criteria(path: Path | None = None) -> Criteria:
    """Load the criteria, with the user's changes where a file is given.

    Parameters
    ----------
    path
        TOML file with any part of the entries of the built-in file; each entry it
        names replaces the built-in one, value and reason together.

    Returns
    -------
    Criteria
        Frozen criteria.

    Raises
    ------
    InputError
        If the file cannot be read, a key is unknown, or a value is missing, not
        finite or out of range; all problems are named, with their paths.
    """
    content = _read_toml(DEFAULT_CRITERIA)
    if path is not None:
        content = _merge(content, _read_toml(path))
    try:
        return Criteria.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(_describe(e) for e in error.errors())
        raise InputError(f"{path or DEFAULT_CRITERIA.name}: {problems}") from None


def _describe(error: Any) -> str:
    where = ".".join(str(part) for part in error["loc"])
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "extra_forbidden":
        message = "unknown key"
    elif error["type"] == "missing":
        message = "is missing"
    return f"{where}: {message}"
