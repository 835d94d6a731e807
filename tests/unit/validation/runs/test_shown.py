"""The controls see a part of the test set, the same in both models."""

from dataclasses import replace

import numpy as np

from bridge.stimulus.stimulus import Stimulus
from validation.judging.prepare import prepare_reference
from validation.measures.criteria import load_criteria
from validation.runs.shown import Shown


def test_one_stimulus_of_each_kind_and_its_first_second(world):
    prepared = prepare_reference(
        world.draw(4, 0), load_criteria(), np.random.default_rng(0)
    )
    prepared = prepared.with_stimulus_only(world.model(lambda r: 1.1 * r))
    shown = Shown.of(prepared)
    assert shown.names == ("flash", "grating_0", "broadband_100")
    part = shown.reference(prepared)
    np.testing.assert_array_equal(
        part.reference.rates_hz,
        prepared.reference.rates_hz[:, [1, 2, 11], :, :100],
    )
    model = shown.rates(world.model())
    np.testing.assert_array_equal(model.rates_hz, world.rates_hz[[1, 2, 11], :100])
    model.check_against(part.reference)
    assert part.stimulus_only is not None
    np.testing.assert_allclose(part.stimulus_only.rates_hz, 1.1 * model.rates_hz)


def test_a_stimulus_ends_where_the_part_does(world):
    prepared = prepare_reference(
        world.draw(4, 0), load_criteria(), np.random.default_rng(0)
    )
    rates = np.arange(2500.0)[:, None]
    whole = Stimulus("x", 1.0, rates, current_pa=np.tile(rates, (1, 17)))
    cut = Shown.of(prepared).stimulus(whole, bin_ms=10.0, drop_ms=500.0)
    assert cut.duration_ms == 1500.0
    np.testing.assert_array_equal(cut.lgn_rate_hz, rates[:1500])
    assert cut.current_pa is not None
    assert cut.current_pa.shape == (1500, 17)


def test_all_is_shown_where_a_kind_is_missing(world):
    few = replace(
        world,
        rates_hz=world.rates_hz[:2],
        neuron_rates_hz=world.neuron_rates_hz[:2],
        stimuli=tuple(world.stimuli[:2]),
    )
    prepared = prepare_reference(
        few.draw(4, 0), load_criteria(), np.random.default_rng(0)
    )
    assert Shown.of(prepared).names == ("blank", "flash")
