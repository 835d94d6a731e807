"""Transfer functions of random cells."""

import numpy as np
import torch

from bridge.reduction.transfer.function import TransferFunction

CPU = torch.device("cpu")


def a_function(n: int, seed: int = 0) -> TransferFunction:
    rng = np.random.default_rng(seed)
    return TransferFunction(
        gain=rng.uniform(0.01, 0.1, n),
        threshold_pa=rng.uniform(50, 150, n),
        width_pa=rng.uniform(5, 30, n),
        power=rng.uniform(0.5, 2.0, n),
        sigma_ref_mv=rng.uniform(2, 6, n),
        threshold_slope_pa=rng.uniform(-30, 10, n),
        threshold_curvature_pa=rng.uniform(-5, 5, n),
        width_slope=rng.uniform(-0.5, 2.0, n),
        t_ref_ms=rng.uniform(1.0, 5.0, n),
    )
