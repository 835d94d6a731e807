"""Fewer trials never help: shares of passes of models whose error is known."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from bridge.certificate.scores import TIERS
from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.judging.prepare import prepare_reference
from validation.judging.ranking import RANK
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.responses.model_rates import ModelRates
from validation.responses.reference import Reference

CRITERIA = load_criteria()
N_SETS = 4
TRIALS = (64, 16, 6, 2)  # per seed
BIN_S = 0.01
N_CELLS = np.array(
    [5, 10, 20, 40, 80, 150, 300, 500, 700, 7, 15, 30, 60, 120, 200, 400, 600]
)
SMALL = N_CELLS <= 120
MEAN_HZ = np.where(np.arange(17) % 2, 4.0, 12.0)
TIME_S = (np.arange(150) + 0.5) * BIN_S
STIMULI = tuple(StimulusInfo(f"s{k}", "broadband") for k in range(3))


def true_rates_hz():
    shape = np.empty((len(STIMULI), TIME_S.size, len(POPULATIONS)))
    for s in range(len(STIMULI)):
        for p in range(len(POPULATIONS)):
            wave = np.sin(2 * np.pi * (1.3 + s) * TIME_S + p)
            wave += 0.5 * np.sin(2 * np.pi * (5.0 + 3.0 * s) * TIME_S + 2 * p)
            shape[s, :, p] = np.maximum(1.0 + 0.5 * wave / wave.std(), 0.02)
    return MEAN_HZ * shape


TRUTH = true_rates_hz()
RIPPLE = np.sqrt(2.0) * np.sin(2 * np.pi * 9.7 * TIME_S)[:, None] * MEAN_HZ
"""Of root mean square 1 times the mean rate."""

WRONG = {
    **{f"mean {k:+.0%}": TRUTH * (1.0 + k) for k in (-0.4, -0.2, -0.1, 0.1, 0.2, 0.4)},
    **{f"ripple {k:.0%}": TRUTH + k * RIPPLE for k in (0.1, 0.15, 0.2, 0.4)},
    # Right where there are many cells, and so where few trials can still judge.
    "small, mean +20%": TRUTH * np.where(SMALL, 1.2, 1.0),
    "small, ripple 30%": TRUTH + 0.3 * RIPPLE * SMALL,
}


@dataclass(frozen=True)
class Passed:
    """Over all data sets: shares that pass, by tier, and what was judged."""

    shares: dict[str, float]
    n_judged: int
    n_passing: int
    verdicts: tuple[str, ...]


@pytest.fixture(scope="module")
def passed():
    rng = np.random.default_rng(12)
    expected = TRUTH * N_CELLS * BIN_S
    shape = (2, len(STIMULI), max(TRIALS), TIME_S.size, len(POPULATIONS))
    found: dict[tuple[str, int], list] = {}
    for _ in range(N_SETS):
        counts = rng.poisson(expected[None, :, None], shape)
        whole = Reference(
            rates_hz=counts / (N_CELLS * BIN_S),
            neuron_rates_hz=counts.mean(axis=3) / BIN_S,
            stimuli=STIMULI,
            population=np.arange(17, dtype=np.int8),
        )
        for n in TRIALS:
            prepared = prepare_reference(first_trials(whole, n), CRITERIA, rng)
            for name, rates in {"right": TRUTH, **WRONG}.items():
                model = ModelRates(name, rates, rates.mean(axis=1))
                scores = score_model(prepared, model, rng)
                found.setdefault((name, n), []).append(scores)
    return {key: summary_of(scores) for key, scores in found.items()}


def summary_of(scores):
    return Passed(
        {t: np.mean([s.pass_fraction.get(t, 0.0) for s in scores]) for t in TIERS},
        sum(s.n_judged for s in scores),
        sum(s.n_passing for s in scores),
        tuple(s.verdict for s in scores),
    )


def first_trials(reference, n):
    return replace(
        reference,
        rates_hz=reference.rates_hz[:, :, :n],
        neuron_rates_hz=reference.neuron_rates_hz[:, :, :n],
    )


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_passes_no_more_with_fewer_trials(passed, name, tier):
    most = passed[name, TRIALS[0]].shares[tier]
    for n in TRIALS[1:]:
        # A population beyond a threshold passes in at most 2.5 % of data sets, one
        # within it no more often than with all trials. Populations are independent
        # draws, so a share has a binomial error; three of them, as 72 are compared.
        p = max(most, 0.025)
        error = np.sqrt(p * (1.0 - p) / (17 * N_SETS))
        assert passed[name, n].shares[tier] <= p + 3.0 * error


@pytest.mark.parametrize("n", TRIALS)
@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_model_has_no_verdict_that_it_does_not_deserve(passed, name, n):
    # All of these miss the default tier in more than one population in ten; the
    # lenient one allows a mean 10 %, and a ripple of 10 or 15 %, off.
    deserved = {"lenient"} if name[-3:] in ("10%", "15%") else set()
    assert set(passed[name, n].verdicts) <= {"fail", "inconclusive", *deserved}


def test_a_right_model_passes_with_many_trials(passed):
    right = passed["right", TRIALS[0]]
    # All 17 can be judged with 2 x 64 trials, but for the smallest at worst.
    assert right.n_judged >= 16 * N_SETS
    # Each passes in 95 % of data sets at the least; binomial error of 68: 2.6 %.
    assert right.n_passing >= (0.95 - 3 * 0.026) * right.n_judged
    assert set(right.verdicts) <= {"default", "strict"}


def test_a_right_model_cannot_pass_with_few_trials(passed):
    assert set(passed["right", 2].verdicts) == {"inconclusive"}
    judged = [passed["right", n].n_judged for n in TRIALS]
    assert judged == sorted(judged, reverse=True)


@pytest.mark.parametrize(
    "change",
    [
        lambda r: r,
        lambda r: r.mean((0, 1)) + 0.85 * (r - r.mean((0, 1))),
        lambda r: r * np.where(np.array(POPULATIONS) == "e4", 1.3, 1.0),
        lambda r: r * np.where(np.arange(17) % 4, 1.0, 1.3),
    ],
    ids=["right", "amplitude x 0.85", "e4 + 30 %", "every fourth + 30 %"],
)
def test_the_first_trials_of_a_reference_never_lift_a_verdict(world, reference, change):
    ranks, passing = [], []
    for n in (40, 20, 10, 6, 4, 3, 2):
        rng = np.random.default_rng(0)
        prepared = prepare_reference(first_trials(reference, n), CRITERIA, rng)
        scores = score_model(prepared, world.model(change), rng)
        ranks.append(max(RANK[scores.verdict], 0))
        passing.append(scores.n_passing)
    assert ranks == sorted(ranks, reverse=True)
    assert ranks[-1] == 0
    assert passing == sorted(passing, reverse=True)
