"""A threshold: its value, the reason for it, and which way is harder."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from bridge.certificate.scores import TIERS, Tier

Positive = Annotated[float, Field(gt=0.0, allow_inf_nan=False, strict=True)]
Fraction = Annotated[float, Field(ge=0.0, le=1.0, allow_inf_nan=False, strict=True)]
OpenFraction = Annotated[float, Field(gt=0.0, lt=1.0, strict=True)]
Count = Annotated[int, Field(ge=1, strict=True)]
ValueT = TypeVar("ValueT")


@dataclass(frozen=True)
class Harder:
    """Mark of a threshold: whether a larger value asks more."""

    is_larger: bool


LARGER_IS_HARDER = Harder(True)
SMALLER_IS_HARDER = Harder(False)


class Frozen(BaseModel):
    """Part of the criteria: unknown keys are errors, nothing changes once made."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Threshold(Frozen, Generic[ValueT]):
    """A value and the reason for it."""

    value: ValueT
    reason: Annotated[str, Field(min_length=1)]


class Limits(Frozen):
    """Thresholds of one measure at one tier.

    Every field is a :class:`Threshold`, annotated with :data:`LARGER_IS_HARDER` or
    :data:`SMALLER_IS_HARDER`.
    """


LimitsT = TypeVar("LimitsT", bound=Limits)


def by_tier(
    kind: type[LimitsT], **tiers: Mapping[str, tuple[Any, str]]
) -> dict[Tier, LimitsT]:
    """Return the limits of all tiers from values and reasons.

    Parameters
    ----------
    kind
        The limits' class.
    **tiers
        By tier and field: value and reason.
    """
    return {
        tier: kind.model_validate(
            {
                name: {"value": value, "reason": reason}
                for name, (value, reason) in tiers[tier].items()
            }
        )
        for tier in TIERS
    }
