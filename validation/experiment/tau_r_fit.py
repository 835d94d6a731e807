"""Chooses tau_r on the calibration stimuli."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork

TAU_R_GRID_MS = {
    "low_pass": (0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0, 9.0),
    "equilibrium": (3.0, 5.0, 7.0, 9.0, 12.0, 16.0, 21.0, 28.0),
}
"""Time constants tried by the fit; instantaneous has none."""


def fit_tau_r_ms(
    parameters: RateParameters,
    variant: str,
    extensions: tuple[str, ...],
    stimuli: Sequence[Stimulus],
    counts: NDArray[np.integer],
    *,
    dt_ms: float,
    bin_ms: float,
    drop_ms: float,
) -> float:
    """Choose tau_r on the calibration stimuli: one value for the network.

    The network runs with each value of :data:`TAU_R_GRID_MS`. The squared error of
    a population counts in units of its variance; populations whose own noise
    exceeds a fifth of their variance are left out. One value, because a value per
    population, chosen while all others have the same, does not hold once the
    others have theirs.

    Parameters
    ----------
    parameters
        Parameters of the rate model.
    variant, extensions
        Which rate model.
    stimuli
        Calibration stimuli.
    counts
        Spike counts under them from ``drop_ms`` on, ``(n_seeds, n_stimuli,
        n_trials, n_bins, 17)``.
    dt_ms, bin_ms, drop_ms
        Step of the rate model, bin, dropped start, ms.

    Returns
    -------
    float
        tau_r, ms.
    """
    grid = np.array(TAU_R_GRID_MS[variant])
    network = RateNetwork.with_extensions(
        parameters, variant, extensions, grid[:, None], dt_ms
    )
    run = network.run(stimuli, bin_ms=bin_ms, drop_ms=drop_ms)
    model = run.rates[:, :, round(drop_ms / bin_ms) :]
    cells = np.bincount(parameters.population, minlength=len(POPULATIONS))
    trials = np.moveaxis(counts, 0, 1) / np.maximum(cells, 1) / (bin_ms * 1e-3)
    trials = trials.reshape(trials.shape[0], -1, *trials.shape[3:])
    mean = trials.mean(axis=1)
    noise = (trials.var(axis=1, ddof=1) / trials.shape[1]).mean(axis=(0, 1))
    variance = np.maximum(mean.reshape(-1, len(POPULATIONS)).var(axis=0), 1e-12)
    error = ((model - mean) ** 2).mean(axis=(1, 2)) / variance
    clear = (noise > 0.0) & (noise < 0.2 * variance)  # a silent one has no noise
    if not clear.any():
        raise InputError(
            "tau_r: every population is too noisy under the calibration stimuli to "
            "fit it; raise spiking.calibration_trials or set rate.tau_r_ms"
        )
    return float(grid[np.argmin(error[:, clear].mean(axis=1))])
