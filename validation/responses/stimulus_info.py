"""What the measures need to know about a stimulus."""

from dataclasses import dataclass
from typing import Literal

from bridge.stimulus.stimulus import Stimulus

StimulusKind = Literal["blank", "flash", "step", "grating", "broadband", "other"]


@dataclass(frozen=True)
class StimulusInfo:
    """What the measures need to know about a test stimulus.

    Attributes
    ----------
    name
        Name of the stimulus.
    kind
        Which measures it serves: onsets are read from flashes and steps, the
        lag from broadband stimuli, the tuning from gratings.
    onset_ms
        Times of stimulus onset from the start of the trial, ms.
    frequencies_hz
        Frequencies the stimulus is modulated at, Hz.
    direction_deg
        Direction of motion, degrees; ``None`` if it does not move.
    """

    name: str
    kind: StimulusKind = "other"
    onset_ms: tuple[float, ...] = ()
    frequencies_hz: tuple[float, ...] = ()
    direction_deg: float | None = None

    @classmethod
    def from_stimulus(cls, stimulus: Stimulus) -> "StimulusInfo":
        """Read the metadata of a stimulus.

        The kind is the first word of the name where that is a known kind;
        otherwise it follows from direction, frequencies and onsets.
        """
        kind: StimulusKind = "other"
        word = stimulus.name.lower()
        if word.startswith("broadband"):
            kind = "broadband"
        elif word.startswith("grating") or stimulus.direction_deg is not None:
            kind = "grating"
        elif word.startswith("flash"):
            kind = "flash"
        elif word.startswith("step"):
            kind = "step"
        elif word.startswith("blank"):
            kind = "blank"
        elif len(stimulus.frequencies_hz) >= 3:
            kind = "broadband"
        elif stimulus.onset_ms and not stimulus.frequencies_hz:
            kind = "step"
        return cls(
            name=stimulus.name,
            kind=kind,
            onset_ms=tuple(stimulus.onset_ms),
            frequencies_hz=tuple(stimulus.frequencies_hz),
            direction_deg=stimulus.direction_deg,
        )
