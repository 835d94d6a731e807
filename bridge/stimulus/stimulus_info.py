"""What the measures need to know about a stimulus."""

from dataclasses import dataclass

import numpy as np

from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus import Stimulus, StimulusKind


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
    injected
        Populations that a current flows into.
    """

    name: str
    kind: StimulusKind = "other"
    onset_ms: tuple[float, ...] = ()
    frequencies_hz: tuple[float, ...] = ()
    direction_deg: float | None = None
    injected: tuple[str, ...] = ()

    @classmethod
    def from_stimulus(cls, stimulus: Stimulus) -> "StimulusInfo":
        """Return what a stimulus says about itself."""
        injected: tuple[str, ...] = ()
        if stimulus.current_pa is not None:
            flows = np.any(stimulus.current_pa, axis=0)
            injected = tuple(np.array(POPULATIONS)[flows].tolist())
        return cls(
            name=stimulus.name,
            kind=stimulus.kind,
            onset_ms=tuple(stimulus.onset_ms),
            frequencies_hz=tuple(stimulus.frequencies_hz),
            direction_deg=stimulus.direction_deg,
            injected=injected,
        )
