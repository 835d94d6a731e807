"""Parts of a certificate that the gate reads."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bridge.certificate.scores import Outcome


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class CertifiedTrials(_Part):
    """Trials of the spiking reference.

    Attributes
    ----------
    per_seed, cap
        Trials per stimulus and seed, and the most that were allowed.
    enough
        Whether they sufficed to judge the populations that fire.
    """

    per_seed: Annotated[int, Field(ge=1)]
    cap: Annotated[int, Field(ge=1)]
    enough: bool


class CertifiedProtocol(_Part):
    """How the reference was made; what else a run states is kept as it is.

    Attributes
    ----------
    calibration, test
        Stimuli that were fitted to, and stimuli that judged.
    trials
        Trials of the reference.
    tasks
        Task trials that judged, such as ``"orientation_pixels_1"``.
    """

    model_config = ConfigDict(extra="allow")

    calibration: tuple[str, ...]
    test: tuple[str, ...]
    trials: CertifiedTrials
    tasks: tuple[str, ...]

    @property
    def kinds_of_tasks(self) -> tuple[str, ...]:
        """Tasks with what they were seen through: ``"orientation_pixels"``."""
        kinds = (re.sub(r"_\d+$", "", name) for name in self.tasks)
        return tuple(dict.fromkeys(kinds))

    @model_validator(mode="after")
    def _judges_what_no_fit_saw(self) -> Self:
        both = sorted(set(self.calibration) & set(self.test))
        if both:
            raise ValueError(f"{both[0]} judges and was fitted to")
        return self


class CertifiedControl(_Part):
    """A control of the run.

    Attributes
    ----------
    strength
        How much was changed; None where there is no more or less.
    expected
        Whether it must pass or fail.
    verdict
        What the judge said of it.
    seen
        Whether it came out as it must.
    """

    strength: float | None
    expected: Literal["pass", "fail"]
    verdict: Outcome
    seen: bool


def unseen_controls(controls: dict[str, CertifiedControl]) -> tuple[str, ...]:
    """Return what the controls missed: those seen at none of their strengths.

    Parameters
    ----------
    controls
        By name; strengths of one sabotage differ behind the last slash.
    """
    by_kind: dict[str, bool] = {}
    for name, control in controls.items():
        kind = name.rpartition("/")[0] or name
        by_kind[kind] = by_kind.get(kind, False) or control.seen
    return tuple(kind for kind, is_seen in by_kind.items() if not is_seen)
