"""Current into one population during a grating: an answer only a network has."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.column.column import Column
from bridge.column.populations import POPULATIONS
from bridge.stimulus.scenes.grating import grating
from bridge.stimulus.stimulus import Stimulus
from validation.config.validate import STIMULUS_DT_MS
from validation.experiment.sets.stimulus_set import (
    StimulusSet,
    in_whole_bins,
    in_whole_bins_and_samples,
)

NAME = "perturbations"

RHEOBASE_SHARE = 0.5
"""Current over the population's median rheobase.

Chosen on the spiking 3,000-cell column alone (seed 1): at 0.15 most changes drown in
the noise of 60 trials; at 0.6 the driven population has up to four times its rate and
no population exceeds 45 Hz, so the column stays a V1.
"""

DIRECTION_DEG, TEMPORAL_FREQUENCY_HZ, CONTRAST = 22.5, 2.0, 0.8
"""Of the grating, whose direction no other one of the test set has."""

DURATION_MS, DROP_MS, ON_MS, OFF_MS = 850.0, 350.0, 400.0, 650.0
"""Times, ms: 50 before the current, 250 with it, 200 after it are measured."""


def rheobase_pa(column: Column, population: str) -> float:
    """Return the median over a population of leak times rest-to-threshold, pA."""
    drop_mv = column.model_values("v_th_mv") - column.model_values("e_l_mv")
    rheobase = column.model_values("g_ns") * drop_mv
    return float(np.median(rheobase[column.cells_of(population)]))


def perturbations(
    column: Column, populations: Sequence[str], *, bin_ms: float
) -> StimulusSet | None:
    """Return a grating, and the same with current into one population at a time.

    Parameters
    ----------
    column
        The column.
    populations
        Which get a current, one at a time, once up and once down; those that the
        column lacks are left out.
    bin_ms
        Bin of the rates, ms; times become whole numbers of it, the duration one of
        samples as well. A current is switched at the sample next to a bin's end.

    Returns
    -------
    StimulusSet or None
        The unperturbed grating first; None where nothing is left to perturb.
    """
    there = [name for name in populations if column.cells_of(name).size]
    if not there:
        return None
    drop, on, off = (in_whole_bins(time, bin_ms) for time in (DROP_MS, ON_MS, OFF_MS))
    duration = in_whole_bins_and_samples(DURATION_MS, bin_ms, STIMULUS_DT_MS)
    plain = grating(
        column.lgn,
        direction_deg=DIRECTION_DEG,
        temporal_frequency_hz=TEMPORAL_FREQUENCY_HZ,
        contrast=CONTRAST,
        onset_ms=0.0,
        duration_ms=duration,
        dt_ms=STIMULUS_DT_MS,
        name="unperturbed",
    )
    plain = replace(plain, kind="other", direction_deg=None)
    perturbed = [
        _with_current(
            plain, f"{name}_{word}", name, sign * rheobase_pa(column, name), on, off
        )
        for name in there
        for word, sign in (("drive", RHEOBASE_SHARE), ("suppress", -RHEOBASE_SHARE))
    ]
    return StimulusSet(NAME, "perturbation", (plain, *perturbed), drop)


def _with_current(
    plain: Stimulus, name: str, population: str, pa: float, on_ms: float, off_ms: float
) -> Stimulus:
    n_samples = len(plain.lgn_rate_hz)
    start, stop = round(on_ms / plain.dt_ms), round(off_ms / plain.dt_ms)
    current = np.zeros((n_samples, len(POPULATIONS)))
    current[start:stop, POPULATIONS.index(population)] = pa
    return replace(plain, name=name, current_pa=current, onset_ms=(on_ms,))
