"""Chooses tau_r on the calibration stimuli."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from bridge.column.populations import POPULATIONS, count_by_population
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from ratemodel.variants.registry import VARIANTS


def fit_tau_r_ms(
    parameters: RateParameters,
    model: RateModel,
    stimuli: Sequence[Stimulus],
    counts: NDArray[np.integer],
    *,
    bin_ms: float,
    drop_ms: float,
) -> float:
    """Choose tau_r on the calibration stimuli: one value for the network.

    The network runs with each value of the variant's grid. The squared error of
    a population counts in units of its variance; populations whose own noise
    exceeds a fifth of their variance are left out. One value, because a value per
    population, chosen while all others have the same, does not hold once the
    others have theirs.

    Parameters
    ----------
    parameters
        Parameters of the rate model.
    model
        Which rate model; its tau_r is not read.
    stimuli
        Calibration stimuli.
    counts
        Spike counts under them from ``drop_ms`` on, ``(n_seeds, n_stimuli,
        n_trials, n_bins, 17)``.
    bin_ms, drop_ms
        Bin and dropped start, ms.

    Returns
    -------
    float
        tau_r, ms.
    """
    values = VARIANTS[model.variant].tau_r_grid_ms
    if values is None:
        raise InputError(f"tau_r: the {model.variant} variant has none to fit")
    grid = np.array(values)
    network = RateNetwork(parameters, model, tau_r_ms=grid[:, None])
    run = network.run(stimuli, bin_ms=bin_ms, drop_ms=drop_ms)
    rates = run.rates[:, :, round(drop_ms / bin_ms) :]
    cells = count_by_population(parameters.population)
    trials = np.moveaxis(counts, 0, 1) / np.maximum(cells, 1) / (bin_ms * 1e-3)
    trials = trials.reshape(trials.shape[0], -1, *trials.shape[3:])
    mean = trials.mean(axis=1)
    noise = (trials.var(axis=1, ddof=1) / trials.shape[1]).mean(axis=(0, 1))
    variance = np.maximum(mean.reshape(-1, len(POPULATIONS)).var(axis=0), 1e-12)
    error = ((rates - mean) ** 2).mean(axis=(1, 2)) / variance
    clear = (noise > 0.0) & (noise < 0.2 * variance)  # a silent one has no noise
    if not clear.any():
        raise InputError(
            "tau_r: every population is too noisy under the calibration stimuli to "
            "fit it; raise spiking.calibration_trials or set rate.tau_r_ms"
        )
    return float(grid[np.argmin(error[:, clear].mean(axis=1))])
