"""Synaptic connections as arrays."""

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.errors import InputError

N_RECEPTORS = 4
"""Receptor ports of ``glif_psc``: e2e, i2e, e2i, i2i (0-based here)."""

LONGEST_DELAY_MS = 1000.0
"""Longest delay of a connection, ms: hundreds of times that of any axon of the
cortex, shorter than a trial, and far below what a number of steps can hold."""


@dataclass(frozen=True)
class Edges:
    """Connections from sources to target cells.

    Attributes
    ----------
    source, target
        Indices of source and target, shape ``(n_edges,)``, int32.
    weight_pa
        Peak of the alpha current of one source spike (unitary weight x
        synapses x tuning factor), pA, shape ``(n_edges,)``, float64.
    delay_ms
        Delay, ms, shape ``(n_edges,)``, float64.
    receptor
        Receptor port 0..3 on the target, shape ``(n_edges,)``, int8.
    n_synapses
        Synapses of the connected pair, shape ``(n_edges,)``, int16.

    Raises
    ------
    InputError
        If shapes disagree, an index is negative, a number is not finite or a
        delay is not positive or above :data:`LONGEST_DELAY_MS`.
    """

    source: NDArray[np.int32]
    target: NDArray[np.int32]
    weight_pa: FloatArray
    delay_ms: FloatArray
    receptor: NDArray[np.int8]
    n_synapses: NDArray[np.int16]

    def __post_init__(self) -> None:
        kinds = (np.int32, np.int32, np.float64, np.float64, np.int8, np.int16)
        for field, kind in zip(fields(self), kinds, strict=True):
            array = np.ascontiguousarray(getattr(self, field.name), dtype=kind)
            if array.shape != np.shape(self.source):
                raise InputError(
                    f"edges: {field.name} has shape {array.shape}, "
                    f"source has {np.shape(self.source)}"
                )
            array.setflags(write=False)
            object.__setattr__(self, field.name, array)
        if self.n_edges == 0:
            return
        if min(self.source.min(), self.target.min()) < 0:
            raise InputError("edges: a source or target index is negative")
        if not (np.isfinite(self.weight_pa).all() and np.isfinite(self.delay_ms).all()):
            raise InputError("edges: a weight or delay is not a finite number")
        if self.delay_ms.min() <= 0.0:
            raise InputError("edges: a delay is not positive")
        if self.delay_ms.max() > LONGEST_DELAY_MS:
            raise InputError(
                f"edges: a delay is {self.delay_ms.max():g} ms; delays are at most "
                f"{LONGEST_DELAY_MS:g} ms"
            )
        if self.receptor.min() < 0 or self.receptor.max() >= N_RECEPTORS:
            raise InputError("edges: a receptor is outside 0..3")

    @property
    def n_edges(self) -> int:
        """Number of connections."""
        return int(np.shape(self.source)[0])

    def __repr__(self) -> str:
        return f"Edges({self.n_edges:,} connections)"
