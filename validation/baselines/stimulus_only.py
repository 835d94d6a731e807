"""A regression on the mean LGN rate: what can be known without a network."""

from itertools import combinations_with_replacement

import numpy as np
from sklearn.linear_model import Ridge
from sklearn.preprocessing import StandardScaler

from bridge.arrays import FloatArray
from bridge.stimulus.stimulus import Stimulus
from validation.baselines.baseline import Baseline, Bins, Calibration, Predict
from validation.baselines.lgn_current import mean_weights
from validation.baselines.low_pass import low_pass

TAU_MS = tuple(float(tau) for tau in np.geomspace(5.0, 320.0, 6).round(1))
"""Time constants of the copies, ms: from a synapse to slow adaptation."""

RIDGE = tuple(float(strength) for strength in np.geomspace(1e-4, 1e4, 17))
"""Strengths of the ridge that are tried, from none to a constant rate."""

PARTS = 2
"""Parts of every calibration stimulus in the cross-validation."""


def features_of(stimulus: Stimulus, weights: FloatArray, bins: Bins) -> FloatArray:
    """Return the low-pass copies of the mean LGN rate and their pairwise products.

    Parameters
    ----------
    stimulus
        A stimulus.
    weights
        Weight of each LGN cell in the mean, ``(n_lgn,)``.
    bins
        Bins of the result.

    Returns
    -------
    ndarray
        Means in the bins, Hz and Hz^2, ``(n_bins, 27)``: six copies, then the
        products of two of them, squares included.
    """
    signal = np.asarray(stimulus.lgn_rate_hz @ weights, dtype=np.float64)
    copies = [low_pass(signal, tau, stimulus.dt_ms) for tau in TAU_MS]
    products = [a * b for a, b in combinations_with_replacement(copies, 2)]
    return bins.means(np.stack([*copies, *products], axis=1), stimulus.dt_ms)


def fit_stimulus_only(calibration: Calibration) -> Predict:
    """Regress every population's calibration rates on the features.

    The ridge is the one with the least squared error, each population in units of its
    variance, when each half of each calibration stimulus is predicted from all the
    rest. One for all populations: the few trials of a calibration do not tell more,
    and one that is chosen for each by itself does worse on stimuli not seen.
    """
    weights = mean_weights(calibration.parameters)
    bins = calibration.bins
    features = [features_of(s, weights, bins) for s in calibration.stimuli]
    x, y = np.concatenate(features), np.concatenate(list(calibration.psth_hz))
    parts = [np.arange(len(part)) * PARTS // len(part) for part in features]
    fold = np.concatenate([PARTS * k + part for k, part in enumerate(parts)])
    error = np.zeros(len(RIDGE))
    scale = np.maximum(y.var(axis=0), 1e-12)
    for left_out in np.unique(fold):
        kept = fold != left_out
        for k, strength in enumerate(RIDGE):
            missed = _Regression(x[kept], y[kept], strength)(x[~kept]) - y[~kept]
            error[k] += (missed**2 / scale).sum()
    predict = _Regression(x, y, RIDGE[int(np.argmin(error))])
    return lambda stimulus, bins, parameters: predict(
        features_of(stimulus, mean_weights(parameters), bins)
    )


class _Regression:
    """A ridge regression on standardised features."""

    def __init__(self, x: FloatArray, y: FloatArray, strength: float) -> None:
        self.scaler = StandardScaler().fit(x)
        self.ridge = Ridge(alpha=strength).fit(self.scaler.transform(x), y)

    def __call__(self, x: FloatArray) -> FloatArray:
        predicted: FloatArray = self.ridge.predict(self.scaler.transform(x))
        return predicted


STIMULUS_ONLY = Baseline(
    "stimulus_only",
    "ridge regression on six low-pass copies of the mean LGN rate and their products",
    fit_stimulus_only,
)
