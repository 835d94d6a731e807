"""From a movie to the stimulus of a column, through the full LGN filters."""

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.stimulus.lgn.filter_bank import LgnFilterBank
from bridge.stimulus.stimulus import Stimulus, StimulusKind


def movie_stimulus(
    movie: NDArray[np.generic],
    bank: LgnFilterBank,
    *,
    name: str,
    kind: StimulusKind,
    onset_ms: tuple[float, ...] = (),
    frequencies_hz: tuple[float, ...] = (),
    direction_deg: float | None = None,
) -> Stimulus:
    """Show a movie to the LGN cells of a column.

    Parameters
    ----------
    movie
        Luminance contrast in [-1, 1], ``(n_frames, height, width)``; the screen is
        grey before.
    bank
        Filters of the column's LGN cells: ``LgnFilterBank(column.lgn, ...)``.
    name, kind
        Name of the stimulus, and which measures it serves.
    onset_ms, frequencies_hz, direction_deg
        Passed on to the stimulus.

    Returns
    -------
    Stimulus
        With ``lgn_rate_hz`` of shape ``(n_frames * frame / dt, n_lgn)``, sampled
        every ``bank.dt_ms``.

    Raises
    ------
    InputError
        If the movie does not fit the filters, or is a batch.
    """
    if np.ndim(movie) != 3:
        raise InputError(
            f"stimulus {name}: the movie has shape {np.shape(movie)}, not (n_frames, "
            "height, width)"
        )
    rates, _ = bank.process(movie)
    return Stimulus(
        name=name,
        dt_ms=bank.dt_ms,
        lgn_rate_hz=rates,
        onset_ms=onset_ms,
        frequencies_hz=frequencies_hz,
        direction_deg=direction_deg,
        kind=kind,
    )
