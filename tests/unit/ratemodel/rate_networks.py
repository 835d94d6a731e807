"""Networks with any extensions, as the tests of single ones need them."""

from typing import Any

import numpy as np
import torch

from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.network.network import RateNetwork


def rate_network(
    parameters: RateParameters,
    *,
    variant: str,
    tau_r_ms: Any = None,
    dt_ms: float = 1.0,
    dtype: torch.dtype = torch.float32,
    device: str = "cpu",
    **extensions: bool,
) -> RateNetwork:
    """Return a network; extensions by name, tau_r in any shape, swept ones too."""
    chosen = tuple(sorted(name for name, is_on in extensions.items() if is_on))
    model = RateModel(variant=variant, extensions=chosen, dt_ms=dt_ms)
    own = tau_r_ms
    if tau_r_ms is not None and np.ndim(tau_r_ms) < 2:
        model, own = model.with_tau_r(np.asarray(tau_r_ms, dtype=float)), None
    return RateNetwork(parameters, model, tau_r_ms=own, dtype=dtype, device=device)
