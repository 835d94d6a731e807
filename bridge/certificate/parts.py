"""Parts of a certificate that the gate reads."""

import re
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, JsonValue, model_validator

from bridge.certificate.scores import Outcome

Time = Annotated[float, Field(gt=0)]


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
    task_settings
        What they were made with, by task and input (``"orientation_pixels"``):
        sections ``input`` and ``tasks`` as in the configuration of a training.
    perturbations
        Currents into a population that judged, such as ``"e4_drive"``.
    surround
        What the surround did, if there is one.
    duration_ms, drop_ms
        Duration of a stimulus and of its start that no measure sees, ms.
    bin_ms
        Bin of the population rates, ms.
    spiking_dt_ms
        Step of the reference, ms.
    """

    model_config = ConfigDict(extra="allow")

    calibration: tuple[str, ...]
    test: tuple[str, ...]
    trials: CertifiedTrials
    tasks: tuple[str, ...]
    task_settings: dict[str, dict[str, JsonValue]]
    perturbations: tuple[str, ...]
    surround: Literal["none", "frozen", "responding"]
    duration_ms: Time
    drop_ms: Annotated[float, Field(ge=0)]
    bin_ms: Time
    spiking_dt_ms: Time

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

    @model_validator(mode="after")
    def _says_how_tasks_were_shown(self) -> Self:
        if set(self.task_settings) != set(self.kinds_of_tasks):
            raise ValueError("task_settings are not those of its tasks")
        return self


class CertifiedControl(_Part):
    """A control of the run.

    Attributes
    ----------
    model, form
        Name and form of the model that was sabotaged; None where none was.
    strength
        How much was changed; None where there is no more or less.
    expected
        Whether it must pass or fail.
    is_required
        Whether the run can only be relied on if it comes out so; weaker sabotages
        need not be seen.
    verdict
        What the judge said of it.
    seen
        Whether it came out so.
    """

    model: str | None
    form: str | None
    strength: float | None
    expected: Literal["pass", "fail"]
    is_required: bool
    verdict: Outcome
    seen: bool


def unseen_controls(controls: dict[str, CertifiedControl]) -> tuple[str, ...]:
    """Return the controls that had to come out as expected and did not."""
    return tuple(n for n, own in controls.items() if own.is_required and not own.seen)


def is_sabotaged(controls: dict[str, CertifiedControl], form: str) -> bool:
    """Say whether a model of a form was made worse, and had to be seen."""
    return any(
        own.form == form and own.expected == "fail" and own.is_required
        for own in controls.values()
    )
