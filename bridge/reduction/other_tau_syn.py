"""The same network with other synaptic time constants, in either model.

A weight is the peak of an alpha current of area ``e tau w``. Where tau changes, the
weight is divided by the same factor, so that every event keeps its charge and the
mean input at given rates stays. Weights stay peaks that a spiking cell with the new
time constant can have, which a changed gain would not leave them.
"""

from dataclasses import replace
from typing import TypeVar

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters

Events = TypeVar("Events", Edges, PoissonInput)


def parameters_with_tau_syn(
    parameters: RateParameters, tau_syn_ms: FloatArray
) -> RateParameters:
    """Return a rate model with other synaptic time constants.

    Charges, mean inputs and transfer functions stay; what an event adds to the
    membrane's variance follows from the new time constant
    (:func:`bridge.reduction.moments.kernels.alpha_variance_per_hz`).

    Parameters
    ----------
    parameters
        The rate model.
    tau_syn_ms
        By receptor, ms, ``(n_cells, 4)``. The plain form gets their mean, doubled,
        as its single pole: all receptors of a cell should have the same.
    """
    before, tau_m = parameters.tau_syn_ms, parameters.tau_m_ms[:, None]
    factor = before / tau_syn_ms
    of_event = _variance_per_charge(tau_syn_ms, tau_m) / _variance_per_charge(
        before, tau_m
    )
    return replace(
        parameters,
        tau_syn_ms=tau_syn_ms,
        tau_s_ms=2.0 * tau_syn_ms.mean(axis=1),
        recurrent=_scaled(parameters.recurrent, factor),
        lgn_edges=_scaled(parameters.lgn_edges, factor),
        surround=_scaled(parameters.surround, factor),
        current_per_hz=parameters.current_per_hz / factor,
        variance_per_hz=parameters.variance_per_hz * of_event / factor**2,
        constant_variance_mv2=parameters.constant_variance_mv2 * of_event,
    )


def column_with_tau_syn(column: Column, tau_syn_ms: FloatArray) -> Column:
    """Return a column with other synaptic time constants.

    Parameters
    ----------
    column
        The column.
    tau_syn_ms
        By receptor, ms, ``(n_cells, 4)``.

    Raises
    ------
    InputError
        If cells that share a cell model are to differ.
    """
    models = column.cell_models
    wanted = np.array(models.tau_syn_ms)
    wanted[column.cell_model] = tau_syn_ms
    differs = (wanted[column.cell_model] != tau_syn_ms).any(axis=1)
    if differs.any():
        number = models.node_type_id[column.cell_model[int(np.argmax(differs))]]
        raise InputError(
            f"cell model {number}: some of its cells need one synaptic time constant "
            "and some another, because it stands for excitatory and inhibitory ones"
        )
    factor = column.model_values("tau_syn_ms") / tau_syn_ms
    return replace(
        column,
        cell_models=replace(models, tau_syn_ms=wanted),
        recurrent=_scaled(column.recurrent, factor),
        lgn_edges=_scaled(column.lgn_edges, factor),
        background=_scaled(column.background, factor),
        surround=_scaled(column.surround, factor),
    )


def _variance_per_charge(tau_syn_ms: FloatArray, tau_m_ms: FloatArray) -> FloatArray:
    """Return how the variance of events of equal charge depends on tau_syn."""
    return (tau_syn_ms + 2.0 * tau_m_ms) / (tau_syn_ms + tau_m_ms) ** 2


def _scaled(events: Events, factor: FloatArray) -> Events:
    """Multiply the weights by the factor of their target and receptor."""
    weight = events.weight_pa * factor[events.target, events.receptor]
    return replace(events, weight_pa=weight)
