"""The rates of a run as one netCDF file."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from bridge.files.hdf5.writing import write_netcdf
from bridge.rates import RatesFrame, rates_dataset
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

SPIKING, RATE_MODELS = "spiking", "rate_models"
"""Groups of the file."""


def write_rates(
    path: Path,
    reference: Reference,
    models: Mapping[str, ModelRates],
    *,
    seeds: Sequence[int],
    column_hash: str,
) -> None:
    """Write the rates of every spiking trial and of every rate model.

    Groups ``spiking`` (dimensions seed, stimulus, trial, time, population, neuron)
    and ``rate_models`` (model, stimulus, time, population, neuron) hold the same
    variables, see :func:`bridge.rates.rates_dataset`.

    Parameters
    ----------
    path
        The file.
    reference
        Spiking rates.
    models
        Rates of the models, by name.
    seeds
        Noise seed of each entry of the dimension ``seed``.
    column_hash
        Hash of the column.
    """
    frame = RatesFrame(
        reference.stimuli,
        reference.population,
        reference.bin_ms,
        reference.drop_ms,
        column_hash,
    )
    spiking = rates_dataset(
        frame,
        reference.rates_hz.astype(np.float32),
        reference.neuron_rates_hz.astype(np.float32),
        ("trial",),
        over=("seed",),
    ).assign_coords(seed=list(seeds))
    rate_models = rates_dataset(
        frame,
        np.stack([m.rates_hz for m in models.values()]).astype(np.float32),
        np.stack([m.neuron_rates_hz for m in models.values()]).astype(np.float32),
        over=("model",),
    ).assign_coords(
        model=list(models),
        rate_model=(
            "model",
            [m.model.model_dump_json() if m.model else "" for m in models.values()],
        ),
    )
    write_netcdf(path, {SPIKING: spiking, RATE_MODELS: rate_models})
