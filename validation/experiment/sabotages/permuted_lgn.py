"""LGN cells that take each other's place."""

from dataclasses import replace

import numpy as np

from bridge.stimulus.stimulus import Stimulus
from validation.experiment.sabotages.sabotage import Sabotage


def permute_lgn(stimulus: Stimulus, seed: int = 0) -> Stimulus:
    """Give every LGN cell the rates of another one."""
    order = np.random.default_rng(seed).permutation(stimulus.lgn_rate_hz.shape[1])
    return replace(stimulus, lgn_rate_hz=stimulus.lgn_rate_hz[:, order])


LGN_PERMUTED = Sabotage("lgn_permuted", "LGN input permuted", stimulus=permute_lgn)
