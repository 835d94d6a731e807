import pytest

from bridge.certificate.scores import MeasureResult, PopulationScore, SpikingState
from validation.judging.evaluable import why_too_poor
from validation.judging.facts import GroupFacts
from validation.judging.judge import judge_group
from validation.judging.verdict import judge_overall
from validation.measures.criteria import load_criteria
from validation.measures.frequency_response import FrequencyResult
from validation.measures.mean_rate import MeanRateResult
from validation.measures.neuron_rates import NeuronResult
from validation.measures.nrmse import NrmseResult
from validation.measures.sets.perturbation import PerturbationResult
from validation.measures.sets.task_mean_rate import TaskMeanRateResult
from validation.measures.sets.task_nrmse import TaskNrmseResult
from validation.measures.skill import SkillResult
from validation.measures.tuning import TuningResult

CRITERIA = load_criteria()
ALL_POPULATIONS = ("e23", "e4", "e5", "e6", *(f"i{k}" for k in range(13)))
SPIKING = SpikingState(rate_hz=4.0, half_correlation=0.9, ceiling=0.97)


def good(**change):
    """Results that pass the strict tier; ``measure__key`` changes one number."""
    results = {
        "mean_rate": MeanRateResult(
            value=0.02,
            interval=(0.01, 0.03),
            spiking_hz=4.0,
            model_hz=4.08,
            equivalence_p=dict.fromkeys(("lenient", "default", "strict"), 1e-6),
        ),
        "r_over_ceiling": MeasureResult(value=0.99, interval=(0.98, 1.0)),
        "explained_variance": MeasureResult(value=0.96, interval=(0.94, 0.98)),
        "nrmse": NrmseResult(value=0.04, interval=(0.03, 0.05), floor=0.02),
        "skill": SkillResult(),
        "lag": MeasureResult(),
        "onset": MeasureResult(),
        "peak": MeasureResult(),
        "frequency_response": FrequencyResult(),
        "neuron_rates": NeuronResult(),
        "tuning": TuningResult(),
        "perturbation": PerturbationResult(value=0.2, interval=(0.1, 0.3)),
        "task_nrmse": TaskNrmseResult(value=0.07, interval=(0.05, 0.09)),
        "task_mean_rate": TaskMeanRateResult(
            value=0.02, interval=(0.0, 0.05), spiking_hz=4.0, model_hz=4.08
        ),
    }
    for path, value in change.items():
        measure, key = path.split("__")
        results[measure] = results[measure].model_copy(update={key: value})
    return results


def judge(name="e4", facts=None, **change):
    facts = facts or GroupFacts(n_cells=100, spiking=SPIKING)
    return judge_group(name, facts, good(**change), CRITERIA)


def verdict_of(**change):
    return judge(**change).score.verdict


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "strict"),
        ({"r_over_ceiling__interval": (0.94, 1.0)}, "default"),
        ({"r_over_ceiling__interval": (0.89, 1.0)}, "lenient"),
        ({"r_over_ceiling__interval": (0.79, 1.0)}, "fail"),
        ({"r_over_ceiling__interval": None}, "fail"),
        ({"explained_variance__interval": (0.89, 1.0)}, "default"),
        ({"explained_variance__interval": (0.79, 1.0)}, "lenient"),
        ({"explained_variance__interval": (0.59, 1.0)}, "fail"),
        # It is the upper end that counts, not the value of 0.04.
        ({"nrmse__interval": (0.01, 0.09)}, "default"),
        ({"nrmse__interval": (0.00, 0.11)}, "lenient"),
        ({"nrmse__interval": (0.00, 0.21)}, "fail"),
        ({"nrmse__interval": None}, "fail"),
        ({"mean_rate__interval": (0.07, 0.09)}, "default"),
        ({"perturbation__interval": (0.1, 0.44)}, "default"),
        ({"perturbation__interval": (0.1, 0.62)}, "lenient"),
        ({"perturbation__interval": (0.1, 0.64)}, "fail"),
        ({"perturbation__interval": None}, "fail"),
        ({"perturbation__is_asked": False, "perturbation__interval": None}, "strict"),
        ({"task_nrmse__interval": (0.0, 0.19)}, "default"),
        ({"task_nrmse__interval": (0.0, 0.39)}, "lenient"),
        ({"task_nrmse__interval": (0.0, 0.41)}, "fail"),
        ({"task_mean_rate__interval": (-0.14, 0.0)}, "default"),
        ({"task_mean_rate__interval": (-0.24, 0.0)}, "lenient"),
        ({"task_mean_rate__interval": (0.0, 0.26)}, "fail"),
        # 12 % of 4 Hz is 0.48 Hz, less than the half hertz that is allowed ...
        ({"mean_rate__interval": (-0.02, 0.12)}, "default"),
        # ... which 13 % of it is not, though it is within the margin of 15 %.
        ({"mean_rate__interval": (-0.02, 0.13)}, "lenient"),
        ({"mean_rate__interval": (0.11, 0.20)}, "lenient"),
        ({"mean_rate__interval": (0.11, 0.21)}, "fail"),
        ({"mean_rate__interval": (-0.16, 0.03)}, "lenient"),
        ({"mean_rate__interval": (-0.26, 0.03)}, "fail"),
        ({"mean_rate__interval": None}, "fail"),
        ({"mean_rate__equivalence_p": {"lenient": 0.01, "default": 0.06}}, "lenient"),
        ({"mean_rate__equivalence_p": {}}, "fail"),
    ],
)
def test_each_measure_sets_the_tier(change, verdict):
    assert verdict_of(**change) == verdict


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rate_hz": 0.19}, "it fires 0.19 Hz, below 0.2 Hz"),
        ({"half_correlation": 0.29}, "halves of its trials correlate by 0.29"),
        ({"half_correlation": None}, "halves of its trials correlate by 0.00"),
        ({"ceiling": 0.69}, "its noise ceiling is 0.69"),
    ],
)
def test_poor_data_are_said_to_be_poor(change, why):
    state = SPIKING.model_copy(update=change)
    assert why in why_too_poor(state, CRITERIA.evaluable)
    assert why_too_poor(SPIKING, CRITERIA.evaluable) is None


def test_inconclusive_is_never_a_pass():
    reasons = dict.fromkeys(("lenient", "default"), "it is asleep")
    facts = GroupFacts(n_cells=100, spiking=SPIKING, reasons=reasons)
    judged = judge("i5Htr3a", facts)
    assert judged.score.verdict == "inconclusive"
    assert judged.score.reason == "it is asleep"
    assert judged.failures == ()
    assert judged.notes[0] == "i5Htr3a: inconclusive, it is asleep"
    assert judged.score.measures["explained_variance"].tier == "inconclusive"


def test_what_only_the_lenient_tier_can_judge_is_lenient_at_best():
    facts = GroupFacts(
        n_cells=100, spiking=SPIKING, reasons={"default": "it is drowsy"}
    )
    judged = judge("i5Htr3a", facts)
    assert judged.score.verdict == "lenient"
    assert judged.score.reason == "it is drowsy"
    assert judged.notes[0].endswith("by the default tier, it is drowsy")
    missed = judge("i5Htr3a", facts, nrmse__interval=(0.1, 0.21))
    assert missed.score.verdict == "fail"


def test_rates_that_are_not_finite_fail_even_where_data_are_poor():
    reasons = dict.fromkeys(("lenient", "default"), "it is asleep")
    facts = GroupFacts(n_cells=100, spiking=SPIKING, is_finite=False, reasons=reasons)
    judged = judge("e4", facts)
    assert judged.score.verdict == "fail"
    assert judged.score.measures == {}
    assert judged.failures == ("e4: the model's rates are not finite numbers",)


def test_failures_are_plain_sentences():
    failures = judge(
        "e23",
        explained_variance__value=0.71,
        explained_variance__interval=(0.66, 0.75),
        mean_rate__model_hz=5.2,
        mean_rate__value=0.3,
        mean_rate__interval=(0.28, 0.32),
    ).failures
    assert failures == (
        "e23: mean rate 5.20 Hz is 30 % above the spiking 4.00 Hz (90 % interval "
        "28 to 32 %); 10 % or 0.5 Hz is allowed, for all of the interval",
        "e23: explained variance 0.71 (95 % interval 0.66 to 0.75) is below 0.80",
    )


def test_enough_but_uncertain_is_said_so():
    explained, nrmse = judge(
        "e23",
        explained_variance__value=0.85,
        explained_variance__interval=(0.7, 0.9),
        nrmse__value=0.08,
        nrmse__interval=(0.05, 0.12),
    ).failures
    words = "0.85 is enough, but its 95 % interval 0.70 to 0.90 reaches below"
    assert words in explained
    words = "NRMSE 0.08 is little enough, but its 95 % interval 0.05 to 0.12 reaches"
    assert words in nrmse


def test_notes_do_not_touch_the_verdict():
    regime = {"synchrony": 0.4, "isi_cv": 0.3, "silent_fraction": 0.8}
    state = SPIKING.model_copy(update={"regime": regime})
    judged = judge(
        "e5",
        GroupFacts(n_cells=100, spiking=state),
        lag__value=12.0,
        lag__interval=(11.0, 13.0),
        onset__value=-9.0,
        onset__interval=(-10.0, -8.0),
        peak__value=0.6,
        peak__interval=(0.55, 0.65),
        neuron_rates__value=0.5,
        neuron_rates__similarity=0.5,
        neuron_rates__seed={"similarity": 0.95},
        tuning__value=0.3,
        tuning__seed={"osi_similarity": 0.9},
    )
    assert judged.score.verdict == "strict"
    text = "\n".join(judged.notes)
    for words in (
        "12.0 ms late",
        "9.0 ms earlier",
        "0.60 times the spiking one",
        "rates of single cells differ",
        "direction tuning differs",
        "cells fire together",
        "cells fire regularly",
        "cells are silent",
    ):
        assert words in text
    assert judged.score.measures["lag"].tier == "fail"


def test_single_cells_are_not_asked_for_more_than_a_seed_reaches():
    def tier(seed):
        judged = judge(
            "e5",
            neuron_rates__value=1.0,
            neuron_rates__median_error=0.0,
            neuron_rates__similarity=0.86,
            neuron_rates__seed={"similarity": seed},
        )
        return judged.score.measures["neuron_rates"].tier

    assert tier(0.86) == "strict"
    assert tier(0.88) == "lenient"
    assert tier(0.95) == "lenient"


def population_map(**verdicts):
    return {
        name: PopulationScore(
            n_cells=100, verdict=verdicts.get(name, "default"), spiking=SPIKING
        )
        for name in ALL_POPULATIONS
    }


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        ({}, "default"),
        ({"i1": "fail"}, "default"),  # 16 of 17
        ({"i1": "fail", "i2": "lenient"}, "lenient"),  # 15 of 17 is below 90 %
        ({"i1": "fail", "i2": "fail"}, "fail"),
        ({"e4": "lenient"}, "lenient"),  # required
        ({"e23": "fail"}, "fail"),
        ({"e6": "fail"}, "default"),  # not required
        # One that cannot be judged has not passed: it is one of the 17 that may miss.
        ({"i1": "inconclusive"}, "default"),  # 16 of 17
        ({"i1": "fail", "i2": "inconclusive"}, "fail"),  # 15 of 17
        (dict.fromkeys(("i1", "i2", "i3"), "inconclusive"), "fail"),  # 14 of 17
        # More than a fifth of 17 cannot be judged.
        (dict.fromkeys(("i1", "i2", "i3", "i4"), "inconclusive"), "inconclusive"),
        ({"e5": "inconclusive"}, "inconclusive"),
        ({"e5": "inconclusive", "e4": "fail"}, "fail"),
        (dict.fromkeys(ALL_POPULATIONS, "strict"), "strict"),
        (dict.fromkeys(ALL_POPULATIONS, "inconclusive"), "inconclusive"),
    ],
)
def test_overall_verdict(verdicts, expected):
    assert judge_overall(population_map(**verdicts), CRITERIA).verdict == expected


def test_the_denominator_is_every_population_that_fires():
    populations = population_map(i1="inconclusive", i2="inconclusive")
    silent = SPIKING.model_copy(update={"rate_hz": 0.19})
    populations["i1"] = populations["i1"].model_copy(update={"spiking": silent})
    overall = judge_overall(populations, CRITERIA)
    assert set(overall.firing) == set(ALL_POPULATIONS) - {"i1"}
    assert set(overall.judged) == set(ALL_POPULATIONS) - {"i1", "i2"}
    assert overall.pass_fraction["default"] == 15 / 16


def test_a_silent_required_population_is_not_passed():
    populations = population_map(e23="inconclusive")
    silent = SPIKING.model_copy(update={"rate_hz": 0.1})
    populations["e23"] = populations["e23"].model_copy(update={"spiking": silent})
    assert judge_overall(populations, CRITERIA).verdict == "inconclusive"


def test_required_populations_that_do_not_exist_are_not_required():
    overall = judge_overall({"e4": population_map()["e4"]}, CRITERIA)
    assert overall.verdict == "default"
    assert overall.pass_fraction == {"lenient": 1.0, "default": 1.0, "strict": 0.0}
    assert overall.firing == overall.judged == ("e4",)
