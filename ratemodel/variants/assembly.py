"""Puts a variant together from the parameters of a column and the rate model."""

from typing import Any

import torch
from torch import Tensor

from bridge.arrays import FloatArray
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.cells.adaptation import Adaptation
from ratemodel.cells.filters import AlphaCascade, SinglePole
from ratemodel.cells.membrane import Membrane
from ratemodel.cells.response import Response
from ratemodel.cells.transfer import TorchTransfer
from ratemodel.connections.channels import Channels, merged_channels, receptor_channels
from ratemodel.variants.contract import ContinuousVariant, RateVariant
from ratemodel.variants.parts import Parts
from ratemodel.variants.registry import VARIANTS
from ratemodel.variants.second_order.with_membrane import SecondOrderWithMembrane
from ratemodel.variants.with_membrane import WithMembrane


def channels_for(parameters: RateParameters, model: RateModel) -> Channels:
    """Return the input layout: slots only where receptors are filtered apart."""
    has_variance = "variance" in model.extensions
    if "cascade" in model.extensions and VARIANTS[model.variant].has_tau_s:
        return receptor_channels(parameters, has_variance)
    return merged_channels(parameters, has_variance)


def assemble(
    parameters: RateParameters,
    model: RateModel,
    channels: Channels,
    tau_r_ms: FloatArray | None,
    *,
    n_stimuli: int = 1,
    dtype: torch.dtype,
    device: torch.device,
) -> RateVariant[Any]:
    """Return a variant ready to step.

    With the extension ``delays`` it is of second order in the step, otherwise its
    update is the published one.

    Parameters
    ----------
    parameters
        The reduced column.
    model
        Variant, extensions and step.
    channels
        Layout of the input, from :func:`channels_for`.
    tau_r_ms
        ``(n_tau, n_cells)``, ms; None for a variant without. The batch is
        ``n_tau x n_stimuli``, tau_r outermost.
    n_stimuli
        Stimuli in a batch.
    dtype, device
        Of the tensors.
    """
    if "delays" not in model.extensions:
        return assemble_published(
            parameters,
            model,
            channels,
            tau_r_ms,
            n_stimuli=n_stimuli,
            dtype=dtype,
            device=device,
        )
    common = (parameters, model, channels)
    parts = _parts(*common, tau_r_ms, n_stimuli, dtype, device)
    variant = VARIANTS[model.variant].second_order(parts)
    if "membrane" not in model.extensions:
        return variant
    membrane = _membrane(*common, dtype, device)
    return SecondOrderWithMembrane.build(variant, membrane)


def assemble_published(
    parameters: RateParameters,
    model: RateModel,
    channels: Channels,
    tau_r_ms: FloatArray | None,
    *,
    n_stimuli: int = 1,
    dtype: torch.dtype,
    device: torch.device,
) -> ContinuousVariant[Any]:
    """Return the variant with its update as published, whatever the delays.

    It alone knows the differential equation; parameters as for :func:`assemble`.
    """
    common = (parameters, model, channels)
    parts = _parts(*common, tau_r_ms, n_stimuli, dtype, device)
    variant = VARIANTS[model.variant].build(parts)
    if "membrane" not in model.extensions:
        return variant
    return WithMembrane(variant, _membrane(*common, dtype, device))


def _parts(
    parameters: RateParameters,
    model: RateModel,
    channels: Channels,
    tau_r_ms: FloatArray | None,
    n_stimuli: int,
    dtype: torch.dtype,
    device: torch.device,
) -> Parts:
    adapts = "adaptation" in model.extensions
    tau: Tensor | None = None
    if tau_r_ms is not None:
        tau = torch.as_tensor(tau_r_ms.T.copy(), dtype=dtype, device=device)
        if tau.shape[1] > 1:
            tau = tau.repeat_interleave(n_stimuli, dim=1)
    tau_s = torch.as_tensor(channels.tau_rows_ms.copy(), dtype=dtype, device=device)
    return Parts(
        kernel=AlphaCascade if "cascade" in model.extensions else SinglePole,
        tau_s_ms=tau_s[:, None],
        tau_r_ms=tau,
        dt_ms=model.dt_ms,
        adaptation=Adaptation.from_arrays(
            parameters.adaptation_amp_pa * adapts,
            parameters.adaptation_rate_per_ms,
            model.dt_ms,
            dtype,
            device,
        ),
        response=Response(
            TorchTransfer.from_numpy(
                parameters.transfer if adapts else parameters.transfer_adapted,
                dtype,
                device,
            ),
            channels.n_cells,
            channels.n_slots,
            channels.has_variance,
        ),
        zero=torch.zeros((), dtype=dtype, device=device),
    )


def _membrane(
    parameters: RateParameters,
    model: RateModel,
    channels: Channels,
    dtype: torch.dtype,
    device: torch.device,
) -> Membrane:
    return Membrane.from_arrays(
        parameters.tau_m_ms,
        parameters.leak_ns,
        parameters.threshold_mv,
        channels.tau_syn_ms,
        model.dt_ms,
        dtype,
        device,
    )
