"""A rate that never changes."""

import numpy as np

from bridge.arrays import FloatArray
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from validation.baselines.baseline import Baseline, Bins, Calibration, Predict


def fit_constant(calibration: Calibration) -> Predict:
    """Return each population's mean rate over the calibration set."""
    mean = np.concatenate(list(calibration.psth_hz)).mean(axis=0)

    def predict(
        stimulus: Stimulus, bins: Bins, parameters: RateParameters
    ) -> FloatArray:
        n_bins = int((stimulus.duration_ms - bins.drop_ms) / bins.bin_ms + 1e-9)
        return np.tile(mean, (n_bins, 1))

    return predict


CONSTANT = Baseline(
    "constant", "each population's mean rate over the calibration set", fit_constant
)
