"""The spiking column under some stimuli: one call, one dataset."""

from collections.abc import Sequence

import xarray as xr

from bridge.column.column import Column
from bridge.expect import expect, expect_list
from bridge.rates import dropped_bins
from bridge.stimulus.stimulus import Stimulus
from spiking.running.model import SpikingModel


def simulate(
    column: Column,
    stimuli: Stimulus | Sequence[Stimulus],
    *,
    n_trials: int = 10,
    seed: int = 1,
    drop_ms: float = 500.0,
    device: str = "cpp",
) -> xr.Dataset:
    """Run the spiking model and return its rates in bins of 10 ms.

    :class:`spiking.running.model.SpikingModel` has more: time step, spikes, spike
    trains of the LGN that are given.

    Parameters
    ----------
    column
        The column.
    stimuli
        What to show, one or several of equal duration.
    n_trials
        Trials of each.
    seed
        Seed of all random numbers.
    drop_ms
        Start of each trial that is left out, ms.
    device
        ``"cpp"``, ``"cuda"``, ``"cython"``, ``"numpy"`` or ``"auto"``.

    Returns
    -------
    xarray.Dataset
        ``population_rate`` (stimulus, trial, time, population) and ``neuron_rate``
        (stimulus, trial, neuron), Hz: see :func:`bridge.rates.rates_dataset`.

    Raises
    ------
    DeviceError
        If the device cannot be used.
    InputError
        If stimuli, trials or bins do not fit.
    """
    expect(column, Column, "simulate: column")
    shown = expect_list(stimuli, Stimulus, "simulate: stimuli")
    expect(n_trials, int, "simulate: n_trials")
    expect(seed, int, "simulate: seed")
    dropped_bins(drop_ms, 10.0)
    model = SpikingModel(column, device=device)
    result = model.run(shown, n_trials=n_trials, seed=seed, drop_ms=drop_ms)
    return result.to_dataset()
