"""A cell that excites itself, of which textbooks know everything."""

from collections.abc import Callable

import numpy as np

from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction


def self_exciting(make_cells: Callable[..., RateParameters]) -> RateParameters:
    """Return one cell with F(I) = 3 sqrt(ln(1 + exp(I - 6))) and I = 2 r."""
    one, zero = np.ones(1), np.zeros(1)
    law = TransferFunction(
        gain=3.0 * one,
        threshold_pa=6.0 * one,
        width_pa=one,
        power=0.5 * one,
        sigma_ref_mv=one,
        threshold_slope_pa=zero,
        threshold_curvature_pa=zero,
        width_slope=zero,
        t_ref_ms=zero,
    )
    recurrent = Edges([0], [0], [2.0], [1.0], [0], [1])
    return make_cells(1, recurrent=recurrent, transfer_adapted=law)
