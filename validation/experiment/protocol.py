"""Which stimuli calibrate the rate model and which ones judge it."""

from dataclasses import dataclass

from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.stimulus.scenes.blank import blank
from bridge.stimulus.scenes.broadband import broadband
from bridge.stimulus.scenes.contrast_step import contrast_step
from bridge.stimulus.scenes.flash import flash
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.scenes.steps import steps
from bridge.stimulus.scenes.two_flashes import two_flashes
from bridge.stimulus.stimulus import Stimulus

DIRECTIONS_DEG = (0.0, 45.0, 90.0, 135.0, 180.0, 225.0, 270.0, 315.0)
CALIBRATION_HZ = (1.0, 3.0, 4.0, 7.0, 10.0, 14.0, 20.0, 27.0, 35.0, 44.0)
"""Frequencies of the calibration's broadband stimulus."""


@dataclass(frozen=True)
class Protocol:
    """Stimuli of equal duration, in two sets that share no stimulus.

    Attributes
    ----------
    calibration
        Used to fit tau_r.
    test
        Used to judge, never seen by a fit.
    drop_ms
        Time at the start of every trial that no measure sees, ms.
    """

    calibration: tuple[Stimulus, ...]
    test: tuple[Stimulus, ...]
    drop_ms: float

    def __post_init__(self) -> None:
        names = [s.name for s in self.calibration + self.test]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError(f"protocol: stimulus {twice[0]} occurs twice")
        if len({s.duration_ms for s in self.calibration + self.test}) != 1:
            raise InputError("protocol: the stimuli differ in duration")
        if not 0.0 <= self.drop_ms < self.test[0].duration_ms:
            raise InputError("protocol: drop_ms leaves nothing to measure")


def build_protocol(
    lgn: LgnCells,
    *,
    duration_ms: float = 2500.0,
    drop_ms: float = 500.0,
    directions_deg: tuple[float, ...] = DIRECTIONS_DEG,
) -> Protocol:
    """Return the standard protocol for a column's LGN cells.

    The calibration stimuli serve the fit of tau_r; transfer functions are measured
    at stationary LGN rates.

    Stimuli appear 250 ms after the dropped start, except the gratings, which
    begin with the trial so that whole cycles are measured.

    Parameters
    ----------
    lgn
        LGN cells of the column.
    duration_ms, drop_ms
        Duration of every trial and of its dropped start, ms.
    directions_deg
        Directions of the 2 Hz gratings, degrees.
    """
    onset = drop_ms + 250.0
    calibration = (
        steps(
            lgn,
            first_ms=drop_ms,
            duration_ms=duration_ms,
        ),
        broadband(
            lgn,
            modulation=0.5,
            frequencies_hz=CALIBRATION_HZ,
            phase_seed=1,
            duration_ms=duration_ms,
        ),
        grating(
            lgn,
            direction_deg=180.0 / len(directions_deg),  # between two of the test
            name="grating_between",
            temporal_frequency_hz=4.0,
            contrast=0.5,
            onset_ms=0.0,
            duration_ms=duration_ms,
        ),
        flash(
            lgn,
            onset_ms=onset,
            length_ms=250.0,
            contrast=-0.6,
            name="dark",
            duration_ms=duration_ms,
        ),
    )
    test = (
        blank(lgn, duration_ms=duration_ms),
        flash(lgn, onset_ms=onset, duration_ms=duration_ms),
        two_flashes(lgn, onset_ms=onset, duration_ms=duration_ms),
        contrast_step(lgn, onset_ms=onset, duration_ms=duration_ms),
        *(
            grating(lgn, direction_deg=direction, onset_ms=0.0, duration_ms=duration_ms)
            for direction in directions_deg
        ),
        broadband(lgn, modulation=0.1, duration_ms=duration_ms),
        broadband(lgn, modulation=1.0, duration_ms=duration_ms),
    )
    return Protocol(calibration, test, drop_ms)
