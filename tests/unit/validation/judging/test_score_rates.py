"""Rates are judged where they belong together, and refused where they do not."""

import json

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


def with_role(rates, role, injected):
    """Return rates as a further set; stimulus k gets a current where injected[k]."""
    stimuli = json.loads(rates.attrs["stimuli"])
    for info, name in zip(stimuli, injected, strict=False):
        info["injected"] = [name] if name else []
    return rates.assign_attrs(role=role, stimuli=json.dumps(stimuli))


N_STIMULI = 3
PERTURBED = ("", *["e4"] * N_STIMULI)


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        ({"a": ("main", ())}, "sets: a has the role 'main', and no measure reads it"),
        ({"a": ("tasks", ())}, "a has the role 'tasks'.* must be 'perturbation' or"),
        ({"a": ("perturbation", ())}, "a has 0 stimuli with a current and 3 without"),
        (
            {"a": ("perturbation", ["e4"] * N_STIMULI)},
            "a has 3 stimuli with a current and 0 without",
        ),
        (
            {"a": ("perturbation", ("", "", "e4"))},
            "a has 1 stimuli with a current and 2 without",
        ),
        (
            {"a": ("perturbation", PERTURBED), "b": ("perturbation", PERTURBED)},
            "a, b are several of perturbations",
        ),
    ],
)
def test_sets_that_would_not_be_judged_are_refused(spiking, model, sets, words):
    """Whether wrong or typed wrong: nothing that is handed in is left out unsaid."""
    few = slice(N_STIMULI)
    given = {
        name: tuple(
            with_role(
                rates.isel(stimulus=few).assign_attrs(
                    stimuli=json.dumps(json.loads(rates.attrs["stimuli"])[few])
                ),
                *own,
            )
            for rates in (spiking, model)
        )
        for name, own in sets.items()
    }
    with pytest.raises(InputError, match=words) as caught:
        vb.score(spiking, model, sets=given)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["rates.nc"], "sets must hold keys"),
        ({"a": "rates.nc"}, "a must be a tuple, not str"),
        ({"a": ()}, "a must be spiking rates and a model's"),
        ({"a": (1, 2)}, "must be a Dataset, not int"),
    ],
)
def test_sets_of_the_wrong_kind_are_refused(spiking, model, sets, words):
    with pytest.raises(InputError, match=words):
        vb.score(spiking, model, sets=sets)


def test_sets_of_other_neurons_are_refused(spiking, model):
    fewer = tuple(
        with_role(rates, "task", ()).isel(neuron=slice(1, None))
        for rates in (spiking, model)
    )
    with pytest.raises(InputError, match="a has other neurons than the main set"):
        vb.score(spiking, model, sets={"a": fewer})


def test_sets_that_can_be_read_are_judged(spiking, model):
    sets = {
        "tasks": tuple(with_role(r, "task", ()) for r in (spiking, model)),
        "kicks": tuple(
            with_role(r, "perturbation", ["", *["e4"] * (r.sizes["stimulus"] - 1)])
            for r in (spiking, model)
        ),
    }
    measures = vb.score(spiking, model, sets=sets).populations["e5"].measures
    assert measures["task_nrmse"].is_asked
    assert measures["perturbation"].is_asked
