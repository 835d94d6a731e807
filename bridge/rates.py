"""Rates as a dataset: the same names, units and coordinates from both models."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.populations import POPULATIONS, count_by_population
from bridge.errors import InputError
from bridge.stimulus.stimulus_info import StimulusInfo

POPULATION_RATE = "population_rate"
"""Mean rate of the cells of a population, Hz; NaN for a population without cells."""

NEURON_RATE = "neuron_rate"
"""Mean rate of a cell after the dropped start, Hz."""

_STIMULI = "stimuli"


@dataclass(frozen=True)
class RatesFrame:
    """What rates belong to.

    Attributes
    ----------
    stimuli
        What was shown.
    population
        Index into :data:`bridge.column.populations.POPULATIONS` per cell,
        ``(n_cells,)``.
    bin_ms, drop_ms
        Width of a bin; time from the start of a trial to the first bin, ms.
    """

    stimuli: Sequence[StimulusInfo]
    population: NDArray[np.int8]
    bin_ms: float
    drop_ms: float


def rates_dataset(
    frame: RatesFrame,
    population_rate_hz: FloatArray,
    neuron_rate_hz: FloatArray,
    repeats: Sequence[str] = (),
    *,
    over: Sequence[str] = (),
    attributes: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """Return rates with names, units and coordinates.

    Parameters
    ----------
    frame
        What they belong to.
    population_rate_hz
        Hz, ``(*over, n_stimuli, *repeats, n_bins, 17)``, the start already dropped.
    neuron_rate_hz
        Hz, ``(*over, n_stimuli, *repeats, n_cells)``.
    repeats
        Names of the axes behind the stimulus, ``("trial",)`` for single trials.
    over
        Names of the axes before it, such as ``("seed",)``.
    attributes
        What else there is to say of the run.

    Returns
    -------
    xarray.Dataset
        ``population_rate`` and ``neuron_rate``. A time is the start of its bin from
        the start of the trial, ms.
    """
    hertz = {"units": "Hz"}
    n_cells = count_by_population(frame.population)
    rates = np.where(n_cells > 0, population_rate_hz, np.nan)
    time = frame.drop_ms + np.arange(rates.shape[-2]) * frame.bin_ms
    leading = (*over, "stimulus", *repeats)
    return xr.Dataset(
        {
            POPULATION_RATE: ((*leading, "time", "population"), rates, hertz),
            NEURON_RATE: ((*leading, "neuron"), neuron_rate_hz, hertz),
        },
        coords={
            "stimulus": [s.name for s in frame.stimuli],
            "time": ("time", time, {"units": "ms"}),
            "population": list(POPULATIONS),
            "neuron_population": ("neuron", frame.population),
        },
        attrs={
            "bin_ms": frame.bin_ms,
            "drop_ms": frame.drop_ms,
            _STIMULI: json.dumps([asdict(s) for s in frame.stimuli]),
            **(attributes or {}),
        },
    )


def frame_of(rates: xr.Dataset) -> RatesFrame:
    """Return what the rates of a dataset belong to.

    Raises
    ------
    InputError
        If it is no dataset of :func:`rates_dataset`.
    """
    missing = [
        name
        for name in (POPULATION_RATE, NEURON_RATE, "neuron_population")
        if name not in rates
    ]
    missing += [k for k in ("bin_ms", "drop_ms", _STIMULI) if k not in rates.attrs]
    if missing:
        raise InputError(
            f"rates: {', '.join(missing)} is missing; give a dataset of 'simulate' or "
            "of a rate model's run"
        )
    stimuli = [
        StimulusInfo(
            **stated
            | {
                "onset_ms": tuple(stated["onset_ms"]),
                "frequencies_hz": tuple(stated["frequencies_hz"]),
            }
        )
        for stated in json.loads(rates.attrs[_STIMULI])
    ]
    return RatesFrame(
        stimuli,
        rates["neuron_population"].to_numpy().astype(np.int8),
        float(rates.attrs["bin_ms"]),
        float(rates.attrs["drop_ms"]),
    )
