"""The rates of a run as one netCDF file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import h5netcdf
import numpy as np
import xarray as xr

from bridge.errors import InputError
from bridge.files.hdf5.writing import write_netcdf
from bridge.rates import RatesFrame, rates_dataset
from validation.responses.datasets import model_rates_of, reference_of
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

SPIKING, RATE_MODELS = "spiking", "rate_models"
"""Groups of the file, and of each further set of stimuli in it."""

SETS = "sets"
"""Group of the further sets, by name."""


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
    variables, see :func:`bridge.rates.rates_dataset`. Each further set of stimuli
    has the same two groups in ``sets/<name>``.

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
    groups: dict[str, xr.Dataset] = {}
    for place, own, rates in _sets(reference, models):
        frame = RatesFrame(
            own.stimuli, own.population, own.bin_ms, own.drop_ms, column_hash
        )
        groups[place + SPIKING] = rates_dataset(
            frame,
            own.rates_hz.astype(np.float32),
            own.neuron_rates_hz.astype(np.float32),
            ("trial",),
            over=("seed",),
            attributes={"role": own.role},
        ).assign_coords(seed=list(seeds))
        groups[place + RATE_MODELS] = rates_dataset(
            frame,
            np.stack([m.rates_hz for m in rates]).astype(np.float32),
            np.stack([m.neuron_rates_hz for m in rates]).astype(np.float32),
            over=("model",),
        ).assign_coords(
            model=list(models),
            rate_model=(
                "model",
                [m.model.model_dump_json() if m.model else "" for m in models.values()],
            ),
        )
    write_netcdf(path, groups)


def read_rates(path: Path) -> tuple[Reference, dict[str, ModelRates]]:
    """Read the rates of a run, all sets of stimuli.

    A file of a version that had one set is read as that one.

    Parameters
    ----------
    path
        File of :func:`write_rates`.

    Returns
    -------
    reference, models
        The spiking rates, and those of the models by name, in single precision.

    Raises
    ------
    InputError
        If it is none.
    """
    try:
        with h5netcdf.File(path, "r") as file:
            names = list(file.groups[SETS].groups) if SETS in file.groups else []
        reference, models = _read_set(path, "")
        others = {name: _read_set(path, f"{SETS}/{name}/") for name in names}
    except (OSError, KeyError) as error:
        raise InputError(f"{path}: is no rates.nc of a validation ({error})") from None
    return (
        replace(reference, others={name: own[0] for name, own in others.items()}),
        {
            key: replace(
                rates, others={name: own[1][key] for name, own in others.items()}
            )
            for key, rates in models.items()
        },
    )


def _sets(
    reference: Reference, models: Mapping[str, ModelRates]
) -> Iterator[tuple[str, Reference, list[ModelRates]]]:
    """Yield where in the file each set lies, and its rates."""
    yield "", reference, list(models.values())
    for name, own in reference.others.items():
        yield f"{SETS}/{name}/", own, [m.others[name] for m in models.values()]


def _read_set(path: Path, place: str) -> tuple[Reference, dict[str, ModelRates]]:
    spiking, rates = (
        xr.load_dataset(path, engine="h5netcdf", group=place + group)
        for group in (SPIKING, RATE_MODELS)
    )
    return reference_of(spiking), {
        str(name): model_rates_of(rates.sel(model=name), str(name))
        for name in rates["model"].values
    }
