"""The times of a trial with one stimulus, and the types of times."""

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from bridge.config_section import Section, as_tuple

LONGEST_MS = 60_000.0
"""Longest part of a trial, ms: a minute."""

Positive = Annotated[float, Field(gt=0)]
Pause = Annotated[float, Field(ge=0, le=LONGEST_MS)]
Shown = Annotated[float, Field(gt=0, le=LONGEST_MS)]
Moment = Annotated[float, Field(ge=0, le=3 * LONGEST_MS)]
Window = Annotated[tuple[Moment, Moment], BeforeValidator(as_tuple)]


class OneStimulusConfig(Section):
    """Grey, then one stimulus, then grey until the end of the answer window.

    Attributes
    ----------
    gray_ms, stimulus_ms
        Durations of the grey before and of the stimulus, ms.
    answer_ms
        Answer window, start and stop from the start of the trial, ms.
    """

    gray_ms: Pause = 50.0
    stimulus_ms: Shown = 100.0
    answer_ms: Window = (150.0, 200.0)

    @model_validator(mode="after")
    def _answer_follows_the_onset(self) -> Self:
        start, stop = self.answer_ms
        if not self.gray_ms <= start < stop:
            raise ValueError(
                f"answer_ms ({start:g} to {stop:g}) must start after the stimulus "
                f"appears at {self.gray_ms:g} ms, and stop later"
            )
        if stop < self.gray_ms + self.stimulus_ms:
            raise ValueError(
                f"answer_ms stops at {stop:g} ms, while the stimulus is on until "
                f"{self.gray_ms + self.stimulus_ms:g} ms"
            )
        return self
