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
from bridge.expect import expect, expect_number
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
    column_hash
        Hash of the column.
    """

    stimuli: Sequence[StimulusInfo]
    population: NDArray[np.int8]
    bin_ms: float
    drop_ms: float
    column_hash: str


def dropped_bins(drop_ms: float, bin_ms: float) -> int:
    """Return how many bins the dropped start of a trial has.

    Raises
    ------
    InputError
        If it is no whole number of bins.
    """
    bins = expect_number(drop_ms, "drop_ms") / bin_ms
    if bins < 0 or abs(bins - round(bins)) > 1e-9:
        raise InputError(f"drop_ms ({drop_ms:g}) is not a multiple of {bin_ms:g} ms")
    return round(bins)


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
            "column_hash": frame.column_hash,
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
    expect(rates, xr.Dataset, "rates")
    missing = [
        name
        for name in (POPULATION_RATE, NEURON_RATE, "neuron_population")
        if name not in rates
    ]
    stated = ("bin_ms", "drop_ms", "column_hash", _STIMULI)
    missing += [name for name in stated if name not in rates.attrs]
    if missing:
        raise InputError(
            f"rates: {', '.join(missing)} is missing; give a dataset of 'simulate' or "
            "of a rate model's run"
        )
    stimuli = [
        StimulusInfo(
            **info
            | {
                "onset_ms": tuple(info["onset_ms"]),
                "frequencies_hz": tuple(info["frequencies_hz"]),
                "injected": tuple(info.get("injected", ())),
            }
        )
        for info in json.loads(rates.attrs[_STIMULI])
    ]
    return RatesFrame(
        stimuli,
        rates["neuron_population"].to_numpy().astype(np.int8),
        float(rates.attrs["bin_ms"]),
        float(rates.attrs["drop_ms"]),
        str(rates.attrs["column_hash"]),
    )


def check_together(first: xr.Dataset, second: xr.Dataset) -> None:
    """Refuse rates of other stimuli, bins or another column.

    Raises
    ------
    InputError
        If they differ in any of these; all of them are named.
    """
    one, other = frame_of(first), frame_of(second)
    found = [
        what
        for what, is_same in (
            ("stimuli", list(one.stimuli) == list(other.stimuli)),
            ("bin_ms", one.bin_ms == other.bin_ms),
            ("drop_ms", one.drop_ms == other.drop_ms),
            ("column", one.column_hash == other.column_hash),
            ("neurons", np.array_equal(one.population, other.population)),
        )
        if not is_same
    ]
    if found:
        raise InputError(f"rates: the two differ in {', '.join(found)}")
