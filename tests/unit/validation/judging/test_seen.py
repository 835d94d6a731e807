"""When a sabotage counts as seen, and the other seed as right."""

from dataclasses import replace

import numpy as np
import pytest
import sample_report

from bridge.certificate.scores import PopulationScore, SpikingState
from bridge.column.populations import POPULATIONS
from bridge.rate_model import RateModel
from validation.judging.controls import (
    change_of,
    found_wrong,
    models_to_sabotage,
)
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.responses.model_rates import ModelRates
from validation.runs.controls import other_seed

CRITERIA = load_criteria()
MODEL = RateModel(variant="low_pass", tau_r_ms=3.0)


def scores(verdict, populations):
    return sample_report.scores(MODEL, verdict).model_copy(
        update={
            "populations": {
                f"p{k}": PopulationScore(
                    n_cells=100, verdict=v, spiking=SpikingState(rate_hz=4.0)
                )
                for k, v in enumerate(populations)
            }
        }
    )


def seen(before, after, verdicts=("lenient", "lenient")):
    return change_of(
        scores(verdicts[0], before), scores(verdicts[1], after), CRITERIA
    ).is_seen


def some(n_fallen, n=15, of="default", to="lenient"):
    return [to] * n_fallen + [of] * (n - n_fallen)


def test_the_verdict_that_falls_is_seen():
    same = some(0)
    assert seen(same, same, ("default", "lenient"))
    assert seen(same, same, ("lenient", "fail"))
    assert not seen(same, same, ("lenient", "lenient"))
    assert not seen(same, same, ("lenient", "default"))
    # that nothing can be told is no fault of the model
    assert not seen(same, same, ("lenient", "inconclusive"))


@pytest.mark.parametrize(
    ("fallen", "is_seen"), [(0, False), (1, False), (2, False), (4, True), (15, True)]
)
def test_enough_populations_must_fall(fallen, is_seen):
    # A population is drawn in all but (1 - k/15)^15 of the samples: with one that
    # falls 36 % of them show no change, with four 0.9 %.
    assert seen(some(0), some(fallen)) is is_seen


def test_those_that_rise_count_against_those_that_fall():
    before = ["default"] * 8 + ["lenient"] * 7
    after = ["lenient"] * 5 + ["default"] * 3 + ["default"] * 5 + ["lenient"] * 2
    change = change_of(scores("lenient", before), scores("lenient", after), CRITERIA)
    assert change.tiers == 0.0
    assert not change.is_seen


def test_two_tiers_count_twice_and_no_judgement_as_none_reached():
    before = scores("lenient", ["strict", "strict", "default", "default"])
    after = scores("lenient", ["lenient", "strict", "inconclusive", "default"])
    assert change_of(before, after, CRITERIA).tiers == -1.0  # 2 + 0 + 2 + 0 of 4


def test_silent_populations_do_not_count():
    before, after = scores("lenient", some(0)), scores("lenient", some(4))
    silent = {
        name: score.model_copy(update={"spiking": SpikingState(rate_hz=0.1)})
        for name, score in after.populations.items()
    }
    change = change_of(
        before.model_copy(update={"populations": silent}),
        after.model_copy(update={"populations": silent}),
        CRITERIA,
    )
    assert (change.tiers, change.interval, change.is_seen) == (0.0, (0.0, 0.0), False)


def test_the_interval_is_that_of_the_mean_over_populations():
    rng = np.random.default_rng(4)
    drop = rng.random(400) < 0.25
    after = ["lenient" if d else "default" for d in drop]
    change = change_of(
        scores("lenient", some(0, 400)), scores("lenient", after), CRITERIA
    )
    error = drop.std(ddof=1) / 20.0  # of a mean over 400
    low, high = change.interval
    # 2000 samples know a 2.5 % quantile to 5 % of the half-width
    assert high - low == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert 0.5 * (low + high) == pytest.approx(-drop.mean(), abs=0.2 * error)


@pytest.mark.parametrize("seed", range(3))
def test_another_seed_is_found_right_with_many_trials_and_with_few(world, seed):
    for n_trials in (4, 30):
        control = other_seed(
            prepare_reference(
                world.draw(n_trials, 70 + seed), CRITERIA, np.random.default_rng(0)
            )
        )
        assert control.seen, control.found_wrong
        assert "of 16 firing populations" in control.description


def test_another_network_is_found_wrong(world):
    def other(rates):
        changed = rates.copy()
        for name in ("e4", "e5"):
            changed[:, :, POPULATIONS.index(name)] *= 1.4
        return changed

    first = world.draw(30, 5, n_seeds=1)
    second = replace(world, rates_hz=other(world.rates_hz)).draw(30, 6, n_seeds=1)
    mixed = replace(
        first,
        rates_hz=np.concatenate([first.rates_hz, second.rates_hz]),
        neuron_rates_hz=np.concatenate([first.neuron_rates_hz, second.neuron_rates_hz]),
    )
    control = other_seed(prepare_reference(mixed, CRITERIA, np.random.default_rng(0)))
    assert not control.seen
    assert {"e4", "e5"} <= set(control.found_wrong)


def test_what_is_no_number_is_found_wrong(world):
    broken = ModelRates("m", world.rates_hz * np.nan, world.neuron_rates_hz)
    reference = prepare_reference(world.draw(4, 3), CRITERIA, np.random.default_rng(0))
    found = score_model(reference, broken, np.random.default_rng(0))
    assert len(found_wrong(found, CRITERIA, 8)) == 16


def test_the_best_of_every_form_that_passes_is_sabotaged():
    models = [
        RateModel.of_form(variant, form, tau)
        for form in ("plain", "extended", "membrane")
        for variant, tau in (("instantaneous", None), ("low_pass", 2.0))
    ]
    verdicts = ("fail", "fail", "fail", "lenient", "default", "lenient")
    found = {m.name: scores(v, some(0)) for m, v in zip(models, verdicts, strict=True)}
    names = [m.name for m in models_to_sabotage(models, found)]
    assert names == ["instantaneous_membrane", "low_pass_extended"]  # the best first
    # where all fail the best one is there to test the judge with
    failed = {m.name: scores("fail", some(0)) for m in models}
    assert len(models_to_sabotage(models, failed)) == 1
