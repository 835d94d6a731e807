"""Puts a variant together from the parameters of a column and the options."""

from typing import Any

import torch
from torch import Tensor

from bridge.arrays import FloatArray
from bridge.errors import InputError
from bridge.reduction.moments.kernels import alpha_decorrelation_per_ms2
from bridge.reduction.parameters import RateParameters
from ratemodel.cells.adaptation import Adaptation
from ratemodel.cells.filters import AlphaCascade, Filter, SinglePole
from ratemodel.cells.membrane import Membrane
from ratemodel.cells.response import Response
from ratemodel.cells.transfer import TorchTransfer
from ratemodel.connections.channels import Channels, merged_channels, receptor_channels
from ratemodel.variants.contract import RateVariant, TrainableVariant
from ratemodel.variants.equilibrium import Equilibrium
from ratemodel.variants.extensions import Extensions
from ratemodel.variants.instantaneous import Instantaneous
from ratemodel.variants.low_pass import LowPass
from ratemodel.variants.with_membrane import WithMembrane

VARIANTS = {
    "instantaneous": Instantaneous,
    "low_pass": LowPass,
    "equilibrium": Equilibrium,
}
"""The three limits of the rate model by name."""


def check_variant(variant: str) -> str:
    """Return the name of a variant.

    Raises
    ------
    InputError
        If there is no such variant.
    """
    if variant not in VARIANTS:
        raise InputError(f"rate variant {variant!r}: there are {', '.join(VARIANTS)}")
    return variant


def channels_for(
    parameters: RateParameters, variant: str, extensions: Extensions
) -> Channels:
    """Return the input layout: slots only where receptors are filtered apart."""
    if extensions.cascade and variant != "equilibrium":
        return receptor_channels(parameters, extensions.variance)
    return merged_channels(parameters, extensions.variance)


def assemble(
    parameters: RateParameters,
    variant: str,
    channels: Channels,
    extensions: Extensions,
    tau_r_ms: FloatArray | None,
    dt_ms: float,
    *,
    n_stimuli: int = 1,
    dtype: torch.dtype,
    device: torch.device,
) -> RateVariant[Any]:
    """Return a variant ready to step.

    Parameters
    ----------
    parameters
        The reduced column.
    variant
        Name in :data:`VARIANTS`.
    channels
        Layout of the input, from :func:`channels_for`.
    extensions
        What goes beyond the plain form.
    tau_r_ms
        ``(n_tau, n_cells)``, ms; None for the instantaneous variant. The batch
        is ``n_tau x n_stimuli``, tau_r outermost.
    dt_ms
        Step, ms.
    n_stimuli
        Stimuli in a batch.
    dtype, device
        Of the tensors.
    """

    def column(values: FloatArray) -> Tensor:
        return torch.as_tensor(values.copy(), dtype=dtype, device=device)[:, None]

    adapts = extensions.adaptation
    response = Response(
        TorchTransfer.from_numpy(
            parameters.transfer if adapts else parameters.transfer_adapted,
            dtype,
            device,
        ),
        channels.n_cells,
        channels.n_slots,
        channels.has_variance,
    )
    adaptation = Adaptation.from_arrays(
        parameters.adaptation_amp_pa * adapts,
        parameters.adaptation_rate_per_ms,
        dt_ms,
        dtype,
        device,
    )
    kernel: type[AlphaCascade] | type[SinglePole] = (
        AlphaCascade if extensions.cascade else SinglePole
    )
    synapses: Filter = kernel.from_tau(column(channels.tau_rows_ms), dt_ms)
    zero = torch.zeros((), dtype=dtype, device=device)
    model: TrainableVariant[Any]
    if variant == "instantaneous":
        model = Instantaneous(synapses, adaptation, response, zero)
    else:
        assert tau_r_ms is not None
        tau = torch.as_tensor(tau_r_ms.T.copy(), dtype=dtype, device=device)
        if tau.shape[1] > 1:
            tau = tau.repeat_interleave(n_stimuli, dim=1)
        if variant == "low_pass":
            relaxation = SinglePole.from_tau(tau, dt_ms)
            model = LowPass(synapses, relaxation, adaptation, response, zero)
        else:
            poles = kernel.from_tau(tau / 2.0 if extensions.cascade else tau, dt_ms)
            model = Equilibrium(poles, adaptation, response, zero)
    if not extensions.membrane:
        return model
    membrane = Membrane.from_arrays(
        parameters.tau_m_ms,
        parameters.leak_ns,
        parameters.threshold_mv,
        alpha_decorrelation_per_ms2(channels.tau_syn_ms, parameters.tau_m_ms),
        dt_ms,
        dtype,
        device,
    )
    return WithMembrane(model, membrane)
