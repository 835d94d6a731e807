"""Rates as the judge takes them, from datasets of either model."""

import numpy as np
import xarray as xr

from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.rates import NEURON_RATE, POPULATION_RATE, frame_of
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference


def reference_of(spiking: xr.Dataset) -> Reference:
    """Return the reference that spiking rates are.

    Parameters
    ----------
    spiking
        Dataset of :func:`bridge.rates.rates_dataset` with single trials: with or
        without the dimension ``seed``.

    Raises
    ------
    InputError
        If it is none, has no trials, or too few of them.
    """
    frame = frame_of(spiking)
    _check_dimensions(spiking, "reference", ("seed", "stimulus", "trial"))
    if "trial" not in spiking.dims:
        raise InputError("reference: the rates have no dimension 'trial'")
    if "seed" not in spiking.dims:
        spiking = spiking.expand_dims("seed")
    axes = ("seed", "stimulus", "trial")
    rates = spiking[POPULATION_RATE].transpose(*axes, "time", "population")
    neurons = spiking[NEURON_RATE].transpose(*axes, "neuron")
    return Reference(
        rates_hz=rates.to_numpy().astype(np.float64),
        neuron_rates_hz=neurons.to_numpy().astype(np.float64),
        stimuli=tuple(frame.stimuli),
        population=frame.population,
        bin_ms=frame.bin_ms,
        drop_ms=frame.drop_ms,
        role=spiking.attrs.get("role", "main"),
    )


def model_rates_of(rates: xr.Dataset, name: str | None = None) -> ModelRates:
    """Return what a model hands in.

    Parameters
    ----------
    rates
        Dataset of :func:`bridge.rates.rates_dataset`. Trials, where it has some, are
        the model's own: the measures take its noise out as well.
    name
        What to call it; the rate model's name where it states one.

    Raises
    ------
    InputError
        If it is none.
    """
    frame = frame_of(rates)
    _check_dimensions(rates, "model", ("stimulus", "trial"))
    if rates.sizes.get("trial", 2) < 2:
        raise InputError("model: one trial cannot tell its own noise; give two or more")
    stated = rates.attrs.get("rate_model")
    if stated is None and "rate_model" in rates.coords:  # one of a run's rates.nc
        stated = str(rates["rate_model"].item())
    model = RateModel.model_validate_json(stated) if stated else None
    if model is not None:
        model = model.by_population(frame.population)
        name = name or model.name
    population, neuron = rates[POPULATION_RATE], rates[NEURON_RATE]
    trials = None
    if "trial" in rates.dims:
        ordered = population.transpose("trial", "stimulus", "time", "population")
        trials = ordered.to_numpy().astype(np.float64)
        population, neuron = population.mean("trial"), neuron.mean("trial")
    ordered = population.transpose("stimulus", "time", "population")
    return ModelRates(
        name or "model",
        ordered.to_numpy().astype(np.float64),
        neuron.transpose("stimulus", "neuron").to_numpy().astype(np.float64),
        model=model,
        trials_hz=trials,
    )


def _check_dimensions(rates: xr.Dataset, what: str, known: tuple[str, ...]) -> None:
    if "stimulus" not in rates.dims:
        raise InputError(f"{what}: the rates have no dimension 'stimulus'")
    over = [str(d) for d in rates[NEURON_RATE].dims if d not in (*known, "neuron")]
    if over:
        raise InputError(
            f"{what}: the rates are of several along {', '.join(over)}; choose one, "
            f"with .sel or .isel"
        )
