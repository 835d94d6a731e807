"""From a column and points of its transfer functions to a rate model's parameters."""

from dataclasses import dataclass
from functools import partial

from bridge.column.column import Column
from bridge.reduction.moments.adaptation import (
    mean_feedback_pa_per_hz,
    slow_after_spike_currents,
)
from bridge.reduction.moments.inputs import constant_input, receptor_gains
from bridge.reduction.parameters import RateParameters
from bridge.reduction.time_constants import single_pole_tau_s_ms
from bridge.reduction.transfer.fit import FitQuality, fit_transfer
from bridge.reduction.transfer.points import TransferData


@dataclass(frozen=True)
class Reduction:
    """Parameters of the rate model and how well the fits behind them are.

    Attributes
    ----------
    parameters
        What the rate model is made of.
    quality, quality_adapted
        Fits of ``parameters.transfer`` and ``parameters.transfer_adapted``.
    """

    parameters: RateParameters
    quality: FitQuality
    quality_adapted: FitQuality


def reduce_column(column: Column, data: TransferData) -> Reduction:
    """Fit the transfer functions and collect the parameters.

    Two functions are fitted to the same rates. ``transfer_adapted`` takes the
    synaptic input as its argument, so the mean after-spike current is inside
    it. ``transfer`` takes the synaptic input plus the mean slow after-spike
    current at the rate found, which the rate model then supplies as a state:
    both have the same fixed points.

    Parameters
    ----------
    column
        The column.
    data
        Points of the transfer functions.
    """
    current, variance = receptor_gains(column)
    constant_current, constant_variance = constant_input(column, current, variance)
    amplitude, decay = slow_after_spike_currents(column)
    feedback = mean_feedback_pa_per_hz(amplitude, decay)
    point = data.reference
    fit = partial(
        fit_transfer,
        duration_s=data.duration_s,
        sigma_ref_mv=point.sigma_mv(),
        scale_pa=point.scale_pa,
        centre_pa=point.rheobase_pa,
        t_ref_ms=column.model_values("t_ref_ms"),
    )
    with_feedback = data.mean_pa + feedback[:, None] * data.rate_hz
    transfer, quality = fit(with_feedback, data.sigma_mv, data.rate_hz)
    adapted, quality_adapted = fit(data.mean_pa, data.sigma_mv, data.rate_hz)
    return Reduction(
        RateParameters(
            column_hash=column.hash,
            population=column.population,
            n_lgn=column.lgn.n_cells,
            recurrent=column.recurrent,
            lgn_edges=column.lgn_edges,
            tau_syn_ms=column.model_values("tau_syn_ms"),
            tau_m_ms=column.model_values("c_m_pf") / point.leak_ns,
            leak_ns=point.leak_ns,
            threshold_mv=column.model_values("v_th_mv") - column.model_values("e_l_mv"),
            tau_s_ms=single_pole_tau_s_ms(column, data.reference_rate_hz),
            current_per_hz=current,
            variance_per_hz=variance,
            constant_current_pa=constant_current,
            constant_variance_mv2=constant_variance,
            surround=column.surround,
            transfer=transfer,
            transfer_adapted=adapted,
            adaptation_amp_pa=amplitude,
            adaptation_rate_per_ms=decay,
        ),
        quality,
        quality_adapted,
    )
