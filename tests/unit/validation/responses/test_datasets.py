import numpy as np
import pytest
import xarray as xr

from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.rates import RatesFrame, rates_dataset
from validation.responses.datasets import model_rates_of, reference_of

MODEL = RateModel.of_form("low_pass", "extended", 1.5, 1.0)


def frame(reference):
    return RatesFrame(
        reference.stimuli,
        reference.population,
        reference.bin_ms,
        reference.drop_ms,
        "a" * 64,
    )


def test_a_reference_survives_its_dataset(reference, tmp_path):
    data = rates_dataset(
        frame(reference),
        reference.rates_hz,
        reference.neuron_rates_hz,
        ("trial",),
        over=("seed",),
    )
    data.to_netcdf(tmp_path / "rates.nc", engine="h5netcdf")
    read = reference_of(xr.load_dataset(tmp_path / "rates.nc", engine="h5netcdf"))
    assert read.stimuli == reference.stimuli
    np.testing.assert_array_equal(read.rates_hz, reference.rates_hz)
    np.testing.assert_array_equal(read.neuron_rates_hz, reference.neuron_rates_hz)
    assert (read.bin_ms, read.drop_ms) == (reference.bin_ms, reference.drop_ms)


def test_trials_of_one_seed_are_a_reference_and_a_model(reference):
    data = rates_dataset(
        frame(reference),
        reference.rates_hz[0],
        reference.neuron_rates_hz[0],
        ("trial",),
    )
    assert reference_of(data).n_seeds == 1
    model = model_rates_of(data, "again")
    np.testing.assert_allclose(model.trials_hz.mean(axis=0), model.rates_hz)
    model.check_against(reference)


def test_a_rate_model_is_named_by_what_it_is(reference, world):
    data = rates_dataset(
        frame(reference),
        world.rates_hz,
        world.neuron_rates_hz,
        attributes={"rate_model": MODEL.model_dump_json()},
    )
    rates = model_rates_of(data)
    assert (rates.name, rates.model) == ("low_pass_extended", MODEL)
    assert rates.trials_hz is None
    with pytest.raises(InputError, match="no dimension 'trial'"):
        reference_of(data)


def test_other_datasets_are_refused():
    with pytest.raises(InputError, match=r"population_rate, neuron_rate.* is missing"):
        reference_of(xr.Dataset({"rate": ("time", [1.0])}))
