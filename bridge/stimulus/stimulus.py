"""What drives a network during one condition of a protocol."""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from bridge.arrays import FloatArray, FloatingArray
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError

StimulusKind = Literal["blank", "flash", "step", "grating", "broadband", "other"]
"""What kinds of stimuli the measures tell apart."""

_NEEDED: dict[StimulusKind, str] = {
    "flash": "onset_ms",
    "step": "onset_ms",
    "grating": "direction_deg",
    "broadband": "frequencies_hz",
}


@dataclass(frozen=True)
class Stimulus:
    """LGN rates and injected currents over time: one object for both models.

    Attributes
    ----------
    name
        What it is (``"grating_45"``).
    dt_ms
        Sample interval, ms; sample ``k`` holds during ``[k dt, (k + 1) dt)``.
    lgn_rate_hz
        Rate of each LGN cell, Hz, shape ``(n_samples, n_lgn)``.
    current_pa
        Current injected into every cell of a population, pA, shape
        ``(n_samples, 17)``; ``None`` where there is none.
    onset_ms
        Times at which the stimulus switches on, ms (for latency measures).
    frequencies_hz
        Frequencies the stimulus is modulated at, Hz (for gain and phase).
    direction_deg
        Direction of motion of a grating, degrees; ``None`` otherwise.
    kind
        Which measures it serves: onsets are read from flashes and steps, the lag
        from broadband stimuli, the tuning from gratings.
    surround_hz
        Rates of the cells that the surround stands for, by population, Hz, shape
        ``(n_samples, 17)``; ``None`` for the stationary rates of the column.

    Raises
    ------
    InputError
        If the rates are none, there is no such kind, or one that needs onsets,
        frequencies or a direction comes without.
    """

    name: str
    dt_ms: float
    lgn_rate_hz: FloatingArray
    current_pa: FloatArray | None = None
    onset_ms: tuple[float, ...] = ()
    frequencies_hz: tuple[float, ...] = ()
    direction_deg: float | None = None
    kind: StimulusKind = "other"
    surround_hz: FloatArray | None = None

    def __post_init__(self) -> None:
        rate = np.ascontiguousarray(self.lgn_rate_hz, dtype=np.float32)
        if rate.ndim != 2:
            raise InputError(f"stimulus {self.name}: LGN rates have shape {rate.shape}")
        if not np.isfinite(rate).all() or (rate < 0).any():
            raise InputError(
                f"stimulus {self.name}: an LGN rate is negative or not finite"
            )
        if not self.dt_ms > 0.0:
            raise InputError(f"stimulus {self.name}: dt_ms must be positive")
        if self.kind not in get_args(StimulusKind):
            raise InputError(
                f"stimulus {self.name}: there is no kind {self.kind!r}; "
                f"choose one of {', '.join(get_args(StimulusKind))}"
            )
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) in ((), None):
            raise InputError(
                f"stimulus {self.name}: is of kind {self.kind!r} and states no {needed}"
            )
        self._check_surround(rate.shape[0])
        rate.setflags(write=False)
        object.__setattr__(self, "lgn_rate_hz", rate)

    def _check_surround(self, n_samples: int) -> None:
        rates, shape = self.surround_hz, (n_samples, len(POPULATIONS))
        if rates is None:
            return
        if np.shape(rates) != shape:
            raise InputError(
                f"stimulus {self.name}: surround_hz has shape {np.shape(rates)}, "
                f"not {shape}"
            )
        if not np.isfinite(rates).all() or (rates < 0.0).any():
            raise InputError(
                f"stimulus {self.name}: a surround rate is negative or not finite"
            )

    @property
    def duration_ms(self) -> float:
        """Duration, ms."""
        return float(self.lgn_rate_hz.shape[0] * self.dt_ms)

    def __repr__(self) -> str:
        return (
            f"Stimulus({self.name}: {self.kind}, {self.duration_ms:g} ms, "
            f"{self.lgn_rate_hz.shape[1]} LGN cells)"
        )
