"""Perturbations of a small linear network whose responses are known exactly.

Four populations obey ``tau dr/dt = -r + W r + input``; with input that is constant in
pieces the solution is a matrix exponential. The spiking side is Poisson counts around
it, so that the truth and every wrong model differ from it by known amounts.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.linalg import expm

from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.judging.prepare import prepare_reference
from validation.judging.score import score_model
from validation.judging.unjudged import unjudged_populations
from validation.measures.criteria import load_criteria
from validation.measures.sets.perturbation import Perturbation
from validation.measuring.compared import compare_with
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

NAMES = ("e23", "e4", "i4Pvalb", "e5")
WEIGHTS = np.array(
    [
        [0.1, 0.6, -0.3, 0.0],
        [0.0, 0.4, -0.5, 0.0],
        [0.0, 0.7, -0.3, 0.0],
        [0.0, 0.0, 0.0, 0.2],  # hears of none of the others
    ]
)
TAU_MS, BIN_MS, N_BINS, ON, OFF = 15.0, 10.0, 50, 5, 30
N_CELLS, RATE_HZ = 300, np.array([6.0, 8.0, 12.0, 7.0])
KICKS = {"unperturbed": (), "e4_drive": ("e4",), "i4Pvalb_drive": ("i4Pvalb",)}
STIMULI = tuple(
    StimulusInfo(name, injected=injected) for name, injected in KICKS.items()
)
POPULATION = np.repeat([POPULATIONS.index(n) for n in NAMES], N_CELLS).astype(np.int8)
CRITERIA = load_criteria()
RNG = np.random.default_rng


def responses(weights, kick_hz=5.0):
    """Return exact rates, Hz, ``(n_stimuli, n_bins, 4)``, taken at the bins' ends."""
    step = expm((weights - np.eye(4)) * BIN_MS / TAU_MS)
    rates = np.empty((len(KICKS), N_BINS, 4))
    for k, injected in enumerate(KICKS.values()):
        kick = np.array([kick_hz * (n in injected) for n in NAMES])
        change = np.zeros(4)
        rest = np.linalg.solve(np.eye(4) - weights, kick)
        for b in range(N_BINS):
            goal = rest if ON <= b < OFF else np.zeros(4)
            change = goal + step @ (change - goal)
            rates[k, b] = RATE_HZ + change
    assert rates.min() > 0.5
    return rates


def in_all_populations(rates):
    result = np.zeros((*rates.shape[:-1], len(POPULATIONS)))
    result[..., [POPULATIONS.index(n) for n in NAMES]] = rates
    return result


def drawn(rates, n_trials=40, seed=0):
    rng = np.random.default_rng(seed)
    expected = in_all_populations(rates) * N_CELLS * BIN_MS * 1e-3
    counts = rng.poisson(expected[None, :, None], (2, len(KICKS), n_trials, N_BINS, 17))
    neurons = np.full((2, len(KICKS), n_trials, POPULATION.size), 5.0)
    return Reference(
        counts / (N_CELLS * BIN_MS * 1e-3),
        neurons,
        STIMULI,
        POPULATION,
        bin_ms=BIN_MS,
        drop_ms=0.0,
        role="perturbation",
    )


def model_of(rates):
    neurons = np.full((len(KICKS), POPULATION.size), 5.0)
    return ModelRates("model", in_all_populations(rates), neurons)


def tiers(reference, rates):
    """Return value and highest tier in each population."""
    prepared = prepare_reference(reference, CRITERIA, np.random.default_rng(0))
    own = compare_with(prepared, model_of(rates), np.random.default_rng(1))
    whole = replace(own, others={"perturbations": own})
    measure = Perturbation()
    results = measure.compute(whole, np.random.default_rng(2))
    found = {}
    for name, result in zip(NAMES, results, strict=False):
        reached = [
            tier
            for tier in ("lenient", "default", "strict")
            if measure.decide(result, measure.asked(CRITERIA, tier)) == "pass"
        ]
        found[name] = (result, reached[-1] if reached else "fail")
    return found


@pytest.fixture(scope="module")
def reference():
    return drawn(responses(WEIGHTS))


def test_the_true_network_passes(reference):
    found = tiers(reference, responses(WEIGHTS))
    # 40 trials of 300 cells: the noise of the changes is a tenth of their size.
    assert {tier for _, tier in found.values()} <= {"default", "strict"}
    assert found["e23"][0].value < 0.3


def test_a_model_without_recurrence_fails_where_something_happens(reference):
    """It has the right rates, and the current's own effect: no network needed."""
    found = tiers(reference, responses(np.zeros((4, 4))))
    for name in ("e23", "e4", "i4Pvalb"):
        result, tier = found[name]
        assert tier == "fail", name
        # nothing where something happens: the error is the change
        expected = result.change / max(result.change, 0.2)
        assert result.value == pytest.approx(expected, rel=1e-6)
        by_hand = responses(WEIGHTS)[1:] - responses(WEIGHTS)[:1]
        g = NAMES.index(name)
        rows = [g not in {NAMES.index(n) for n in i} for i in list(KICKS.values())[1:]]
        merged = by_hand[rows, :, g].reshape(-1, 5).mean(axis=1)
        # 80 trials: the noise left in the size of a change is a few percent of it
        size = np.sqrt((merged**2).mean()) / RATE_HZ[g]
        assert result.change == pytest.approx(size, rel=0.15)
        assert result.value > 0.8
        assert result.model_change == 0.0
    assert found["e5"][1] in ("default", "strict")  # no change in either


def test_a_change_that_only_the_model_has_fails(reference):
    wrong = WEIGHTS.copy()
    wrong[3, 1] = 0.5
    result, tier = tiers(reference, responses(wrong))["e5"]
    assert tier == "fail"
    assert result.change < 0.05 < 0.2 < result.model_change


def test_half_of_the_weights_fail_the_default_tier(reference):
    found = tiers(reference, responses(0.5 * WEIGHTS))
    assert found["e23"][1] in ("fail", "lenient")


def test_the_current_s_own_effect_is_not_asked_for(reference):
    """A wrong response of the kicked population to its own current costs nothing."""
    rates = responses(WEIGHTS)
    rates[1, :, 1] += 3.0
    assert tiers(reference, rates)["e4"][1] in ("default", "strict")


def test_few_trials_cannot_pass():
    found = tiers(drawn(responses(WEIGHTS), n_trials=2), responses(WEIGHTS))
    result, tier = found["e5"]
    assert result.interval[1] > result.value
    assert tier != "strict"


def test_what_the_noise_hides_cannot_be_judged(reference):
    def why(given, tier):
        prepared = prepare_reference(given, CRITERIA, np.random.default_rng(0))
        own = compare_with(prepared, model_of(responses(WEIGHTS)), RNG())
        whole = replace(own, others={"perturbations": own})
        return Perturbation().why_not_judged(whole, NAMES.index("e23"), tier)

    assert why(reference, "default") is None
    few = drawn(responses(WEIGHTS), n_trials=2)
    assert "of the change under perturbations" in why(few, "default")


def test_the_verdict_falls_with_it(reference):
    """The measure decides: all other ones read the main set, in which all is right."""
    rates = responses(WEIGHTS)
    main = replace(drawn(rates, seed=1), role="main")
    whole = replace(main, others={"perturbations": reference})
    prepared = prepare_reference(whole, CRITERIA, np.random.default_rng(0))
    verdicts = []
    for weights in (WEIGHTS, np.zeros((4, 4))):
        model = replace(
            model_of(rates), others={"perturbations": model_of(responses(weights))}
        )
        scores = score_model(prepared, model, np.random.default_rng(1))
        verdicts.append(scores.populations["e23"].measures["perturbation"].tier)
        sentence = [s for s in scores.failures if s.startswith("e23: the change")]
        assert bool(sentence) == (weights is not WEIGHTS)
    assert verdicts == ["strict", "fail"] or verdicts == ["default", "fail"]


def test_a_population_that_alone_gets_a_current_is_judged_by_the_rest(reference):
    """Nothing is asked of e4 where no other population is perturbed."""
    kept = replace(
        reference,
        rates_hz=reference.rates_hz[:, :2],
        neuron_rates_hz=reference.neuron_rates_hz[:, :2],
        stimuli=STIMULI[:2],
    )
    rates = responses(WEIGHTS)
    main = replace(drawn(rates, seed=1), role="main")
    whole = replace(main, others={"perturbations": kept})
    prepared = prepare_reference(whole, CRITERIA, RNG(0))
    changed = in_all_populations(rates[:2])
    own = ModelRates("model", changed, np.full((2, POPULATION.size), 5.0))
    model = replace(model_of(rates), others={"perturbations": own})
    assert "e4" not in unjudged_populations(prepared)
    scores = score_model(prepared, model, RNG(1))
    e4, e23 = (scores.populations[name] for name in ("e4", "e23"))
    assert not e4.measures["perturbation"].is_asked
    assert e4.verdict in ("default", "strict"), e4.reason
    assert e23.measures["perturbation"].is_asked
    assert any(
        note.startswith("perturbation was not asked in e4:") for note in scores.notes
    )
