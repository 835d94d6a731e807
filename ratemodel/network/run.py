"""A rate model under some stimuli: one call, one dataset."""

from collections.abc import Sequence

import xarray as xr

from bridge.expect import expect, expect_list
from bridge.rate_model import RateModel
from bridge.rates import dropped_bins
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.device import choose_device
from ratemodel.network.network import RateNetwork


def run_rate_model(
    parameters: RateParameters,
    model: RateModel,
    stimuli: Stimulus | Sequence[Stimulus],
    *,
    drop_ms: float = 500.0,
    device: str = "cpu",
) -> xr.Dataset:
    """Run a rate model and return its rates in bins of 10 ms.

    :class:`ratemodel.network.network.RateNetwork` has more: sweeps of tau_r, double
    precision, steady states.

    Parameters
    ----------
    parameters
        The reduced column.
    model
        Variant, extensions, tau_r and step.
    stimuli
        What to show, one or several of equal duration.
    drop_ms
        Start of the run that is left out, ms.
    device
        ``"cpu"``, ``"cuda"``, ``"cuda:N"``, or ``"auto"``: a GPU where there is one.

    Returns
    -------
    xarray.Dataset
        ``population_rate`` (stimulus, time, population) and ``neuron_rate``
        (stimulus, neuron), Hz: see :func:`bridge.rates.rates_dataset`.

    Raises
    ------
    InputError
        If model, stimuli or bins do not fit.
    DeviceError
        If the device is not there.
    """
    expect(parameters, RateParameters, "run_rate_model: parameters")
    expect(model, RateModel, "run_rate_model: model")
    shown = expect_list(stimuli, Stimulus, "run_rate_model: stimuli")
    dropped_bins(drop_ms, 10.0)
    network = RateNetwork(parameters, model, device=choose_device(device))
    return network.run(shown, drop_ms=drop_ms).to_dataset()
