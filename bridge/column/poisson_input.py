"""Poisson input in place of what is not simulated."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.errors import InputError
from bridge.frozen_arrays import frozen


@dataclass(frozen=True)
class PoissonInput:
    """Stationary Poisson input onto cells, one row per stream.

    Used for the background and for the virtual surround. Events of a stream
    arrive at ``rate_hz`` and each adds an alpha current of peak ``weight_pa``
    on ``receptor`` of ``target``. Arrays have shape ``(n_streams,)``.

    Attributes
    ----------
    target
        Cell index, int32.
    rate_hz
        Events per second (for the surround: missing in-degree x reference rate
        x the second-moment correction that keeps mean and variance), Hz.
    weight_pa
        Peak current per event, pA.
    delay_ms
        Delay, ms (without effect on a stationary Poisson stream; kept for files).
    receptor
        Receptor port 0..3, int8.
    source_population
        Index into :data:`POPULATIONS` for the surround, -1 for the background.
    """

    target: NDArray[np.int32]
    rate_hz: FloatArray
    weight_pa: FloatArray
    delay_ms: FloatArray
    receptor: NDArray[np.int8]
    source_population: NDArray[np.int8]

    def __post_init__(self) -> None:
        kinds = {
            "target": np.int32,
            "receptor": np.int8,
            "source_population": np.int8,
        }
        n = np.shape(self.target)
        for name in (field.name for field in fields(self)):
            array = frozen(getattr(self, name), kinds.get(name, np.float64))
            if array.shape != n:
                raise InputError(f"Poisson input: {name} has shape {array.shape}")
            if not np.isfinite(array).all():
                raise InputError(
                    f"Poisson input: {name} has a value that is not finite"
                )
            object.__setattr__(self, name, array)
        if (self.rate_hz < 0.0).any():
            raise InputError("Poisson input: a rate is negative")

    @classmethod
    def none(cls) -> Self:
        """Return no input at all."""
        number, place = np.zeros(0), np.zeros(0, dtype=np.int8)
        return cls(place.astype(np.int32), number, number, number, place, place)

    @property
    def n_streams(self) -> int:
        """Number of Poisson streams."""
        return int(self.target.shape[0])

    def __repr__(self) -> str:
        return f"PoissonInput({self.n_streams:,} streams)"
