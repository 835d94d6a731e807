"""The LGN's current into a population, filtered: wiring and a lag, no network."""

import numpy as np
from scipy import sparse

from bridge.arrays import BoolArray, FloatArray
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from validation.baselines.baseline import Baseline, Bins, Calibration, Predict
from validation.baselines.lgn_current import population_weights
from validation.baselines.low_pass import low_pass

TAU_MS = tuple(float(tau) for tau in np.geomspace(1.0, 320.0, 26).round(1))
"""Time constants that are tried, ms."""


def fit_own_input(calibration: Calibration) -> Predict:
    """Fit a gain and an offset per population, and a time constant for E and for I.

    The time constant is the one with the least squared error of its populations, each
    in units of its variance.
    """
    weights = population_weights(calibration.parameters)
    rates = np.concatenate(list(calibration.psth_hz))
    scale = np.maximum(rates.var(axis=0), 1e-12)
    fits = []
    for tau in TAU_MS:
        inputs = np.concatenate(
            [_filtered(s, weights, tau, calibration.bins) for s in calibration.stimuli]
        )
        gain, offset = _lines(inputs, rates)
        error = ((gain * inputs + offset - rates) ** 2).mean(axis=0) / scale
        fits.append((error, gain, offset))
    errors, gains, offsets = (np.stack(part) for part in zip(*fits, strict=True))
    of_class: list[tuple[float, BoolArray]] = []
    gain, offset = np.zeros(len(POPULATIONS)), np.zeros(len(POPULATIONS))
    for members in (EXCITATORY, ~EXCITATORY):
        best = int(np.argmin(errors[:, members].sum(axis=1)))
        of_class.append((TAU_MS[best], members))
        gain[members], offset[members] = gains[best, members], offsets[best, members]

    def predict(
        stimulus: Stimulus, bins: Bins, parameters: RateParameters
    ) -> FloatArray:
        weights = population_weights(parameters)
        inputs = sum(
            np.where(members, _filtered(stimulus, weights, tau, bins), 0.0)
            for tau, members in of_class
        )
        return np.asarray(gain * inputs + offset)

    return predict


def _filtered(
    stimulus: Stimulus, weights: sparse.csr_array, tau_ms: float, bins: Bins
) -> FloatArray:
    """Return the filtered input of every population, ``(n_bins, 17)``."""
    current = np.asarray((weights @ stimulus.lgn_rate_hz.T).T, dtype=np.float64)
    filtered = low_pass(current, tau_ms, stimulus.dt_ms)
    return bins.means(filtered, stimulus.dt_ms)


def _lines(x: FloatArray, y: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return gain and offset of the least-squares line of each column."""
    centred = x - x.mean(axis=0)
    power = (centred**2).sum(axis=0)
    gain = (centred * (y - y.mean(axis=0))).sum(axis=0) / np.maximum(power, 1e-12)
    return gain, y.mean(axis=0) - gain * x.mean(axis=0)


OWN_INPUT_LOW_PASS = Baseline(
    "own_input_low_pass",
    "LGN current into each population, one low-pass filter for E and one for I, a "
    "gain and an offset per population",
    fit_own_input,
)
