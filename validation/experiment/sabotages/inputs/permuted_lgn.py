"""LGN cells that take each other's place."""

from dataclasses import replace

import numpy as np

from bridge.stimulus.stimulus import Stimulus
from validation.experiment.sabotages.sabotage import Change, Sabotage


def permute_lgn(stimulus: Stimulus, share: float, seed: int = 0) -> Stimulus:
    """Give a share of the LGN cells the rates of one another."""
    rng = np.random.default_rng(seed)
    rates = stimulus.lgn_rate_hz.copy()
    n_cells = rates.shape[1]
    chosen = rng.permutation(n_cells)[: round(share * n_cells)]
    rates[:, chosen] = rates[:, rng.permutation(chosen)]
    return replace(stimulus, lgn_rate_hz=rates)


LGN_PERMUTED = Sabotage(
    "lgn_permuted",
    "{:.0%} of the LGN cells permuted",
    (1.0, 0.3, 0.05),
    lambda share: Change(stimulus=lambda s: permute_lgn(s, share)),
)
