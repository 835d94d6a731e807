"""Skill over a model of the stimulus alone, where it can be worked out by hand."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.populations import POPULATIONS
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.measures.skill import Skill
from validation.measuring.compared import compare_with

CRITERIA = load_criteria()
RNG = np.random.default_rng


@pytest.fixture(scope="module")
def small(world):
    """Four stimuli, which are enough and quick."""
    kept = [0, 1, 10, 11]
    return replace(
        world,
        rates_hz=world.rates_hz[kept],
        neuron_rates_hz=world.neuron_rates_hz[kept],
        stimuli=tuple(world.stimuli[i] for i in kept),
    )


def off_by(world, share, seed=7, name="m"):
    """The truth with an error of that share of each mean rate, at random in time."""
    error = RNG(seed).standard_normal(world.rates_hz.shape)
    error *= share * world.rates_hz.mean((0, 1))
    return world.model(lambda r: r + error, name)


def skill_of(prepared, model):
    compared = compare_with(prepared, model, RNG(0))
    return Skill().compute(compared, RNG(0))


def test_without_noise_it_is_one_minus_the_ratio_of_two_errors(small):
    exact = small.draw(2, 0)
    truth = np.broadcast_to(small.rates_hz[None, :, None], exact.rates_hz.shape)
    prepared = prepare_reference(replace(exact, rates_hz=truth), CRITERIA, RNG(0))
    ramp = np.linspace(-1.0, 1.0, small.rates_hz.shape[1])[None, :, None]
    baseline = small.model(lambda r: r + 0.6 * ramp)
    model = small.model(lambda r: r + 0.3 * np.sign(ramp))
    (found, *_) = skill_of(prepared.with_stimulus_only(baseline), model)
    # mean of ramp^2 is 1/3 (200 bins: 1 % more), that of a sign 1
    assert found.value == pytest.approx(1.0 - 0.09 / (0.36 / 3.0), abs=0.01)
    found = skill_of(prepared.with_stimulus_only(baseline), baseline)[0]
    assert found.value == 0.0


def test_noise_does_not_shift_it(small):
    baseline, model = off_by(small, 0.3), off_by(small, 0.15)
    e5 = POPULATIONS.index("e5")
    right = 1.0 - 0.25  # the same error, halved
    values = []
    for seed in range(30):
        prepared = prepare_reference(small.draw(4, seed), CRITERIA, RNG(0))
        prepared = prepared.with_stimulus_only(baseline)
        found = skill_of(prepared, model)[e5]
        values.append((found.value, *found.interval))
    value, low, high = np.array(values).T
    error = value.std(ddof=1) / np.sqrt(30)
    # a ratio of two means of 800 bins: biased by less than a standard error or two
    assert abs(value.mean() - right) < 3.0 * error + 0.005
    # 95 % intervals miss more than 6 of 30 once in 3000 series
    assert ((low < right) & (right < high)).sum() >= 24


def test_the_interval_takes_the_noise_of_both_errors(small):
    prepared = prepare_reference(small.draw(8, 3), CRITERIA, RNG(0))
    prepared = prepared.with_stimulus_only(off_by(small, 0.3))
    same = skill_of(prepared, off_by(small, 0.3))[0]
    # Trials are drawn for both at once: of equal errors the ratio is known.
    assert same.value == 0.0
    assert same.interval == (0.0, 0.0)
    other = skill_of(prepared, off_by(small, 0.3, seed=8))[0]
    assert other.interval[0] < other.value < other.interval[1]


@pytest.mark.parametrize(
    ("share", "tier"),
    [(0.0, "strict"), (0.17, "default"), (0.24, "lenient"), (0.36, "fail")],
)
def test_tiers_ask_for_the_lower_bound(small, share, tier):
    prepared = prepare_reference(small.draw(60, 4), CRITERIA, RNG(0))
    prepared = prepared.with_stimulus_only(off_by(small, 0.3))
    # skills of 1, 0.68, 0.36 and -0.44
    scores = score_model(prepared, off_by(small, share, seed=9), RNG(0))
    assert scores.populations["e4"].measures["skill"].tier == tier


def test_equal_to_the_stimulus_alone_is_no_pass(small):
    prepared = prepare_reference(small.draw(60, 4), CRITERIA, RNG(0))
    baseline = off_by(small, 0.08)
    free = score_model(prepared, baseline, RNG(0))
    assert free.populations["e4"].verdict == "default"
    held = score_model(prepared.with_stimulus_only(baseline), baseline, RNG(0))
    assert held.populations["e4"].verdict == "fail"
    assert any("e4: skill over a model of the stimulus" in s for s in held.failures)


def test_it_is_not_asked_where_the_stimulus_alone_leaves_nothing(small):
    prepared = prepare_reference(small.draw(60, 5), CRITERIA, RNG(0))
    prepared = prepared.with_stimulus_only(off_by(small, 0.005))
    scores = score_model(prepared, off_by(small, 0.02, seed=9), RNG(0))
    e4 = scores.populations["e4"]
    assert not e4.measures["skill"].is_asked
    assert e4.measures["skill"].tier == "inconclusive"
    assert e4.verdict == "strict"  # by the other measures
    (note,) = [n for n in scores.notes if n.startswith("skill was not asked in")]
    assert "e4" in note
    assert "say nothing about the network" in note


def test_noise_that_hides_the_difference_leaves_a_population_unjudged(small):
    few = prepare_reference(small.draw(2, 5), CRITERIA, RNG(0))
    compared = compare_with(
        few.with_stimulus_only(off_by(small, 0.03)), small.model(), RNG(0)
    )
    # 15 cells of 9 Hz and 4 trials: the noise of a bin is a third of the rate
    said = Skill().why_not_judged(compared, POPULATIONS.index("i5Pvalb"))
    assert said is not None
    assert "may not be told from one that knows the stimulus alone" in said
    many = prepare_reference(small.draw(60, 5), CRITERIA, RNG(0))
    compared = compare_with(
        many.with_stimulus_only(off_by(small, 0.3)), small.model(), RNG(0)
    )
    assert Skill().why_not_judged(compared, POPULATIONS.index("e4")) is None


def test_outside_of_a_run_it_is_not_asked_and_the_scores_say_so(small):
    prepared = prepare_reference(small.draw(60, 6), CRITERIA, RNG(0))
    scores = score_model(prepared, small.model(), RNG(0))
    assert scores.verdict == "strict"
    assert scores.populations["e4"].measures["skill"].value is None
    assert [n for n in scores.notes if n.startswith("skill was not asked: it is")]
