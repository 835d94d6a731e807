"""The validator can tell: the truth and another seed pass, distortions do not."""

import json
import time
from dataclasses import replace

import numpy as np
import pytest

from bridge.certificate.scores import Scores
from bridge.column.populations import POPULATIONS
from bridge.rate_model import RateModel
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.measures.registry import measures
from validation.responses.model_rates import ModelRates, hold_out_seed

CRITERIA = load_criteria()
PASSES = ("default", "strict")
SILENT = "i5Htr3a"  # 0.07 Hz


def low_pass(rates, tau_ms=80.0, bin_ms=10.0):
    kept = np.exp(-bin_ms / tau_ms)
    result = rates.copy()
    for k in range(1, rates.shape[1]):
        result[:, k] = kept * result[:, k - 1] + (1 - kept) * rates[:, k]
    return result


def score(reference, model, rng):
    return score_model(prepare_reference(reference, CRITERIA, rng), model, rng)


DISTORTIONS = {
    "mean + 25 %": lambda r: 1.25 * r,
    "mean - 25 %": lambda r: 0.75 * r,
    "20 ms late": lambda r: np.roll(r, 2, axis=1),
    "20 ms early": lambda r: np.roll(r, -2, axis=1),
    "low-pass": low_pass,
    "amplitude x 0.6": lambda r: r.mean((0, 1)) + 0.6 * (r - r.mean((0, 1))),
    "amplitude x 1.5": lambda r: np.maximum(
        r.mean((0, 1)) + 1.5 * (r - r.mean((0, 1))), 0.0
    ),
    "silent": lambda r: 0.0 * r,
    "time reversed": lambda r: r[:, ::-1],
    "populations swapped": lambda r: r[:, :, ::-1],
    "stimuli swapped": lambda r: r[::-1],
    "constant": lambda r: 0.0 * r + r.mean((0, 1)),
    "not finite": lambda r: r * np.nan,
}


@pytest.fixture(scope="module")
def prepared(reference):
    return prepare_reference(reference, CRITERIA, np.random.default_rng(0))


@pytest.fixture(scope="module")
def truth(prepared, world):
    return score_model(prepared, world.model(), np.random.default_rng(1))


def test_truth_passes_strictly(truth):
    assert truth.verdict == "strict"
    assert truth.failures == ()
    assert truth.summaries["frequency_response"] == 30.0
    for name, score in truth.populations.items():
        expected = ("inconclusive",) if name == SILENT else PASSES
        assert score.verdict in expected, name
    # No measure that does not decide is missed by the truth; not every one is shown
    # to hold, since its whole interval would have to.
    for name, score in truth.populations.items():
        if name != SILENT:
            assert "fail" not in {r.tier for r in score.measures.values()}, name


@pytest.mark.parametrize("seed", range(4))
def test_other_seed_passes(world, seed):
    kept, other = hold_out_seed(world.draw(n_trials=30, seed=50 + seed))
    scores = score(kept, other, np.random.default_rng(seed))
    # Two means of 30 trials differ by twice the noise of a mean of 30: some of the
    # small populations cannot be judged by the default tier. One that can passes in
    # 95 % of data sets.
    judged = [s for s in scores.populations.values() if s.reason is None]
    assert len(judged) >= 11
    assert scores.n_passing >= len(judged) - 1
    assert scores.verdict == "lenient"


def test_other_seed_passes_with_many_trials(world):
    kept, other = hold_out_seed(world.draw(n_trials=120, seed=60))
    scores = score(kept, other, np.random.default_rng(0))
    assert scores.verdict in PASSES


@pytest.mark.parametrize("name", DISTORTIONS)
def test_distortion_does_not_pass(prepared, world, name):
    model = world.model(DISTORTIONS[name], name)
    scores = score_model(prepared, model, np.random.default_rng(1))
    assert scores.verdict not in PASSES
    assert scores.verdict != "inconclusive"
    failed = [s for p, s in scores.populations.items() if p != SILENT]
    assert not any(s.verdict in PASSES for s in failed) or name.endswith("swapped")
    assert len(scores.failures) >= 10


def test_one_silent_population_is_found(prepared, world):
    def silence(rates):
        rates = rates.copy()
        rates[:, :, POPULATIONS.index("e4")] = 0.0
        return rates

    scores = score_model(prepared, world.model(silence), np.random.default_rng(1))
    assert scores.verdict == "fail"
    assert scores.populations["e4"].verdict == "fail"
    assert scores.populations["e23"].verdict == "strict"
    assert scores.failures[0].startswith("e4: mean rate 0.00 Hz is 100 % below")


def test_late_model_is_called_late(prepared, world):
    late = world.model(DISTORTIONS["20 ms late"])
    scores = score_model(prepared, late, np.random.default_rng(1))
    e4 = scores.populations["e4"]
    assert e4.value("lag") == pytest.approx(20.0, abs=1.0)
    assert e4.value("onset") == pytest.approx(20.0, abs=2.0)
    assert e4.measures["lag"].tier == e4.measures["onset"].tier == "fail"
    # 20 ms are 20 degrees at 2.8 Hz: 2 Hz is within, 4 Hz is not.
    assert scores.summaries["frequency_response"] == 2.0


def test_half_rates_of_cells_are_noticed(prepared, world):
    wrong = replace(world.model(), neuron_rates_hz=world.neuron_rates_hz * 0.6)
    scores = score_model(prepared, wrong, np.random.default_rng(1))
    assert scores.verdict == "strict"  # population rates are untouched
    e4 = scores.populations["e4"]
    assert e4.value("neuron_rates", "median_error") == pytest.approx(0.4, abs=0.02)
    assert e4.measures["neuron_rates"].tier == "fail"
    assert any("rates of single cells differ" in note for note in scores.notes)


def test_turned_preferences_are_noticed(prepared, world):
    moving = [i for i, s in enumerate(world.stimuli) if s.kind == "grating"]
    rates = world.neuron_rates_hz.copy()
    rates[moving] = rates[np.roll(moving, 2)]  # by 90 degrees
    scores = score_model(
        prepared,
        replace(world.model(), neuron_rates_hz=rates),
        np.random.default_rng(1),
    )
    e4 = scores.populations["e4"]
    assert e4.value("tuning", "preferred_fraction") < 0.1
    assert e4.value("tuning") > 0.9
    assert e4.measures["tuning"].tier == "fail"


def test_anchors_frame_the_scores(truth):
    anchors = truth.populations["e4"].anchors
    assert anchors["other_seed"]["explained_variance"] == pytest.approx(1.0, abs=0.02)
    assert anchors["other_seed"]["r_over_ceiling"] == pytest.approx(1.0, abs=0.02)
    assert anchors["constant_rate"]["explained_variance"] == pytest.approx(0, abs=0.01)
    assert abs(anchors["time_shuffled"]["r_over_ceiling"]) < 0.1
    # A shuffled copy has twice the variance as error.
    shuffled = anchors["time_shuffled"]["explained_variance"]
    assert shuffled == pytest.approx(-1.0, abs=0.15)


def test_scores_survive_a_file(truth):
    text = json.dumps(truth.model_dump(mode="json"), allow_nan=False)
    read = Scores.model_validate_json(text)
    assert read.model_dump(mode="json") == truth.model_dump(mode="json")
    assert set(read.populations) == set(POPULATIONS)
    assert set(read.classes) == {
        *("i1", "e23", "i23", "e4", "i4", "e5", "i5", "e6", "i6")
    }
    for score in read.populations.values():
        assert set(score.measures) == {measure.name for measure in measures()}


def test_scores_are_short_to_look_at(truth):
    assert repr(truth) == (
        "Scores(truth: strict, 16 of 16 firing populations at the default tier)"
    )
    assert len(str(truth).splitlines()) == 1 + len(POPULATIONS)
    assert "<td>e4</td>" in truth._repr_html_()


def test_the_rate_model_travels_with_the_scores(prepared, world):
    stated = RateModel(variant="low_pass", tau_r_ms=3.0)
    model = replace(world.model(), model=stated)
    scores = score_model(prepared, model, np.random.default_rng(0))
    assert scores.model == stated


def test_equal_generators_give_equal_scores(reference, world):
    a, b = (score(reference, world.model(), np.random.default_rng(7)) for _ in range(2))
    assert a == b


def test_noisy_data_are_inconclusive_not_passed(world):
    # Four trials of a column a hundredth of the size: nothing can be told.
    kept = np.concatenate(
        [np.flatnonzero(world.population == p)[:2] for p in range(17)]
    )
    tiny = replace(
        world,
        population=world.population[kept],
        neuron_rates_hz=world.neuron_rates_hz[:, kept],
    )
    scores = score(tiny.draw(2, 0), tiny.model(), np.random.default_rng(0))
    assert scores.verdict == "inconclusive"
    assert scores.n_judged == 0
    assert all(s.verdict == "inconclusive" for s in scores.populations.values())


def test_silent_reference_is_inconclusive(reference, world):
    silent = replace(
        reference,
        rates_hz=reference.rates_hz * 0.0,
        neuron_rates_hz=reference.neuron_rates_hz * 0.0,
    )
    model = ModelRates("m", world.rates_hz * 0, world.neuron_rates_hz * 0)
    scores = score(silent, model, np.random.default_rng(0))
    assert scores.verdict == "inconclusive"


def test_single_seed_and_no_gratings_are_enough(world):
    few = [0, 1, 10, 11]
    part = replace(
        world,
        rates_hz=world.rates_hz[few],
        neuron_rates_hz=world.neuron_rates_hz[few],
        stimuli=tuple(world.stimuli[i] for i in few),
    )
    reference = part.draw(120, 3, n_seeds=1)
    scores = score(reference, part.model(), np.random.default_rng(0))
    assert scores.verdict in PASSES
    assert "other_seed" not in scores.populations["e4"].anchors
    assert scores.populations["e4"].value("tuning") is None


def test_slow_synapses_are_noted_once(reference, world):
    slow = replace(
        reference,
        tau_s_ms=np.full(world.population.size, 11.0),
        tau_m_ms=np.where(world.population == POPULATIONS.index("e4"), 200.0, 20.0),
    )
    scores = score(slow, world.model(), np.random.default_rng(0))
    # sqrt(11 / 20) = 0.74, sqrt(11 / 200) = 0.23.
    (note,) = [n for n in scores.notes if n.startswith("sqrt(tau_s / tau_m)")]
    assert "in 16 of 17 populations (largest 0.74)" in note


@pytest.mark.parametrize("factor", [2, 5])
def test_truth_passes_in_wider_bins(reference, world, factor):
    scores = score(
        reference.rebinned(factor),
        world.model().rebinned(factor),
        np.random.default_rng(0),
    )
    assert scores.verdict in PASSES


def test_scoring_a_model_is_fast(world):
    prepared = prepare_reference(world.draw(12, 0), CRITERIA, np.random.default_rng(0))
    model = world.model()
    times = []
    for _ in range(3):
        start = time.process_time()
        score_model(prepared, model, np.random.default_rng(0))
        times.append(time.process_time() - start)
    # Aim: 1 s of one core; measured 0.5 s. Twice the aim tolerates a busy machine.
    assert min(times) < 2.0
