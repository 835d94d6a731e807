"""The rates of a run as one netCDF data set."""

from collections.abc import Mapping, Sequence

import numpy as np
import xarray as xr

from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus import Stimulus
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference


def rates_dataset(
    stimuli: Sequence[Stimulus],
    reference: Reference,
    models: Mapping[str, ModelRates],
    *,
    seeds: Sequence[int],
    column_hash: str,
) -> xr.Dataset:
    """Collect spiking rates of every trial and the rates of every model.

    Parameters
    ----------
    stimuli
        The test stimuli.
    reference
        Spiking rates.
    models
        Rates of the models, by name.
    seeds
        Noise seed of each entry of the dimension ``seed``.
    column_hash
        Hash of the column.

    Returns
    -------
    xarray.Dataset
        Dimensions ``seed, stimulus, trial, time, population, neuron, model``; a
        time is the start of its bin from the start of the trial.
    """
    hertz = {"units": "Hz"}
    names = list(models)
    time = reference.drop_ms + np.arange(reference.n_bins) * reference.bin_ms
    return xr.Dataset(
        {
            "spiking_rate": (
                ("seed", "stimulus", "trial", "time", "population"),
                reference.rates_hz.astype(np.float32),
                hertz,
            ),
            "spiking_neuron_rate": (
                ("stimulus", "neuron"),
                reference.neuron_rates_hz.mean(axis=(0, 2)).astype(np.float32),
                hertz,
            ),
            "model_rate": (
                ("model", "stimulus", "time", "population"),
                np.stack([models[name].rates_hz for name in names]).astype(np.float32),
                hertz,
            ),
            "model_neuron_rate": (
                ("model", "stimulus", "neuron"),
                np.stack([models[name].neuron_rates_hz for name in names]).astype(
                    np.float32
                ),
                hertz,
            ),
        },
        coords={
            "seed": list(seeds),
            "stimulus": [s.name for s in stimuli],
            "time": ("time", time, {"units": "ms"}),
            "population": list(POPULATIONS),
            "model": names,
            "neuron_population": ("neuron", reference.population),
        },
        attrs={
            "bin_ms": reference.bin_ms,
            "drop_ms": reference.drop_ms,
            "column_hash": column_hash,
        },
    )
