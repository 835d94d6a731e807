"""Rates are judged where they belong together, and refused where they do not."""

import numpy as np
import pytest

import v1bridge as vb
from bridge.errors import InputError
from bridge.rates import RatesFrame, rates_dataset


@pytest.fixture(scope="module")
def spiking(reference):
    frame = RatesFrame(
        reference.stimuli,
        reference.population,
        reference.bin_ms,
        reference.drop_ms,
        "a" * 64,
    )
    return rates_dataset(
        frame, reference.rates_hz[0], reference.neuron_rates_hz[0], ("trial",)
    )


@pytest.fixture(scope="module")
def model(reference, world):
    frame = RatesFrame(
        reference.stimuli,
        reference.population,
        reference.bin_ms,
        reference.drop_ms,
        "a" * 64,
    )
    return rates_dataset(frame, world.rates_hz, world.neuron_rates_hz)


def test_the_truth_follows_itself(spiking, model):
    found = vb.score(spiking, model, name="truth")
    assert found.name == "truth"
    assert found.verdict in ("default", "strict")


def test_rates_that_are_no_numbers_fail(spiking, model):
    broken = model.copy(deep=True)
    broken["population_rate"][0, 3, 5] = np.nan
    scores = vb.score(spiking, broken)
    assert scores.populations["e4"].verdict == "fail"
    assert "e4: the model's rates are not finite numbers" in scores.failures
    noisy = spiking.copy(deep=True)
    noisy["population_rate"][0, 0, 3, 5] = np.inf
    with pytest.raises(InputError, match="negative or not finite"):
        vb.score(noisy, model)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda d: d.assign_attrs(column_hash="b" * 64), "differ in column"),
        (lambda d: d.assign_attrs(drop_ms=0.0), "differ in drop_ms"),
        (lambda d: d.assign_attrs(stimuli="[]"), "differ in stimuli"),
        (lambda d: d.expand_dims("model"), "several along model"),
        (lambda d: d.isel(stimulus=0), "no dimension 'stimulus'"),
        (lambda d: d.drop_vars("neuron_rate"), "neuron_rate is missing"),
        (lambda d: "rates.nc", "must be a Dataset, not str"),
    ],
)
def test_rates_that_do_not_belong_together_are_refused(spiking, model, change, words):
    with pytest.raises(InputError) as caught:
        vb.score(spiking, change(model))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
