"""The rates of a run survive their file, all sets of stimuli."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.rate_model import RateModel
from validation.responses.rates_file import read_rates, write_rates

MODEL = RateModel.of_form("low_pass", "extended", 1.5, 1.0)


def test_all_sets_come_back(reference, world, tmp_path):
    short = replace(
        world,
        rates_hz=world.rates_hz[:3],
        neuron_rates_hz=world.neuron_rates_hz[:3],
        stimuli=(
            world.stimuli[0],
            replace(world.stimuli[1], injected=("e4",)),
            world.stimuli[2],
        ),
    )
    other = replace(short.draw(3, 4), drop_ms=0.0, role="perturbation")
    whole = replace(reference, others={"perturbations": other})
    models = {
        name: replace(
            world.model(name=name),
            model=MODEL,
            others={"perturbations": short.model(name=name)},
        )
        for name in ("one", "two")
    }
    path = tmp_path / "rates.nc"
    write_rates(path, whole, models, seeds=(1, 2), column_hash="a" * 64)
    read, found = read_rates(path)
    assert list(found) == ["one", "two"]
    pairs = [
        (read, whole),
        (read.others["perturbations"], other),
        (found["two"], models["two"]),
        (found["two"].others["perturbations"], models["two"].others["perturbations"]),
    ]
    for got, expected in pairs:
        # the file is in single precision
        np.testing.assert_allclose(got.rates_hz, expected.rates_hz, rtol=1e-6)
        np.testing.assert_allclose(
            got.neuron_rates_hz, expected.neuron_rates_hz, rtol=1e-6
        )
    again = read.others["perturbations"]
    assert again.stimuli == other.stimuli  # the current's population among it
    assert (again.role, again.drop_ms) == ("perturbation", 0.0)
    found["one"].check_against(read)


def test_a_file_with_one_set_is_read_as_that(reference, world, tmp_path):
    path = tmp_path / "rates.nc"
    models = {"one": world.model()}
    write_rates(path, reference, models, seeds=(1, 2), column_hash="a" * 64)
    read, found = read_rates(path)
    assert read.others == found["one"].others == {}


def test_another_file_is_refused(tmp_path):
    path = tmp_path / "rates.nc"
    path.write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"is no rates\.nc of a validation"):
        read_rates(path)
