"""What is shown on the screen: a batch of movies made of still frames."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.errors import InputError


@dataclass(frozen=True)
class Movie:
    """A batch of movies that are constant within segments.

    A static image is one segment; something that moves is one segment per frame.

    Attributes
    ----------
    frames
        Contrast of every pixel, ``(batch, n_segments, height, width)``, float32:
        0 is the grey background, negative darker, positive brighter. Row 0 is
        the top.
    durations_ms
        How long each segment lasts, ms, ``(n_segments,)``; shared by the batch.

    Raises
    ------
    InputError
        If shapes disagree or a duration is not positive and finite.
    """

    frames: NDArray[np.float32]
    durations_ms: FloatArray

    def __post_init__(self) -> None:
        frames = np.ascontiguousarray(self.frames, dtype=np.float32)
        durations = np.ascontiguousarray(self.durations_ms, dtype=np.float64)
        if frames.ndim != 4 or durations.shape != frames.shape[1:2]:
            raise InputError(
                f"movie: frames {frames.shape} and durations {durations.shape} do not "
                "belong together; (batch, segments, height, width) and (segments,)"
            )
        if not ((durations > 0.0) & np.isfinite(durations)).all():
            raise InputError("movie: a segment's duration is not positive and finite")
        for name, array in (("frames", frames), ("durations_ms", durations)):
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    @property
    def duration_ms(self) -> float:
        """Duration of every movie, ms."""
        return float(self.durations_ms.sum())

    @property
    def common_frame_ms(self) -> int:
        """Longest frame, in whole ms, of which every segment is a multiple.

        Raises
        ------
        InputError
            If a segment does not last whole milliseconds.
        """
        whole = np.rint(self.durations_ms).astype(int)
        if not np.allclose(self.durations_ms, whole, rtol=0.0, atol=1e-6):
            bad = self.durations_ms[np.argmax(np.abs(self.durations_ms - whole))]
            raise InputError(f"movie: a segment of {bad:g} ms does not last whole ms")
        return math.gcd(*whole.tolist())

    def segment_of_step(self, dt_ms: float) -> NDArray[np.intp]:
        """Return which segment is on the screen in each time step.

        Parameters
        ----------
        dt_ms
            Time step, ms; every segment lasts a whole number of steps.

        Returns
        -------
        ndarray
            Index of the segment, ``(n_steps,)``.

        Raises
        ------
        InputError
            If a segment does not last a whole number of steps.
        """
        steps = self.durations_ms / dt_ms
        counts = np.rint(steps).astype(np.intp)
        if (counts < 1).any() or not np.allclose(steps, counts, rtol=0.0, atol=1e-6):
            bad = self.durations_ms[np.argmax(np.abs(steps - counts))]
            raise InputError(
                f"movie: a segment of {bad:g} ms is not a whole number of time steps "
                f"of {dt_ms:g} ms"
            )
        return np.repeat(np.arange(counts.size), counts)
