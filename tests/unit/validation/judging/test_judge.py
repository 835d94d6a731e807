import pytest

from bridge.certificate.scores import PopulationScore
from validation.criteria.criteria import load_criteria
from validation.judging.evaluable import why_inconclusive
from validation.judging.population import judge_population
from validation.judging.verdict import judge_overall, overall_bandwidth

CRITERIA = load_criteria()
ALL_POPULATIONS = ("e23", "e4", "e5", "e6", *(f"i{k}" for k in range(13)))


def good(**change):
    """A population that passes the strict tier."""
    values = {
        "n_cells": 100,
        "verdict": "inconclusive",
        "rate_spiking_hz": 4.0,
        "rate_model_hz": 4.08,
        "rate_error": 0.02,
        "rate_error_interval": (0.01, 0.03),
        "equivalence_p": dict.fromkeys(("lenient", "default", "strict"), 1e-6),
        "half_correlation": 0.9,
        "ceiling": 0.97,
        "nrmse_floor": 0.02,
        "r_over_ceiling": 0.99,
        "r_over_ceiling_interval": (0.98, 1.0),
        "explained_variance": 0.96,
        "explained_variance_interval": (0.94, 0.98),
        "nrmse": 0.04,
        "nrmse_interval": (0.03, 0.05),
    }
    return PopulationScore(**(values | change))


def verdict_of(**change):
    return judge_population("e4", good(**change), True, CRITERIA).score.verdict


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "strict"),
        ({"r_over_ceiling": 0.94}, "default"),
        ({"r_over_ceiling": 0.89}, "lenient"),
        ({"r_over_ceiling": 0.79}, "fail"),
        ({"r_over_ceiling": None}, "fail"),
        ({"explained_variance_interval": (0.89, 1.0)}, "default"),
        ({"explained_variance_interval": (0.79, 1.0)}, "lenient"),
        ({"explained_variance_interval": (0.59, 1.0)}, "fail"),
        ({"nrmse": 0.09}, "default"),
        ({"nrmse": 0.11}, "lenient"),
        ({"nrmse": 0.21}, "fail"),
        ({"rate_error": 0.09, "rate_model_hz": 4.36}, "default"),
        # 12 % of 4 Hz is 0.48 Hz, less than the half hertz that is allowed ...
        ({"rate_error": 0.12, "rate_model_hz": 4.48}, "default"),
        # ... which 13 % of it is not.
        ({"rate_error": 0.13, "rate_model_hz": 4.52}, "lenient"),
        ({"rate_error": 0.30, "rate_model_hz": 5.2}, "fail"),
        ({"rate_error_interval": (-0.02, 0.11)}, "default"),
        ({"rate_error_interval": (-0.16, 0.03)}, "lenient"),
        ({"rate_error_interval": (-0.26, 0.03)}, "fail"),
        ({"rate_error_interval": None}, "fail"),
        ({"equivalence_p": {"lenient": 0.01, "default": 0.06}}, "lenient"),
        ({"equivalence_p": {}}, "fail"),
    ],
)
def test_each_measure_sets_the_tier(change, verdict):
    assert verdict_of(**change) == verdict


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"rate_spiking_hz": 0.19}, "it fires 0.19 Hz, below 0.2 Hz"),
        ({"half_correlation": 0.29}, "halves of its trials correlate by 0.29"),
        ({"half_correlation": None}, "halves of its trials correlate by 0.00"),
        ({"ceiling": 0.69}, "its noise ceiling is 0.69"),
        ({"nrmse_floor": 0.11}, "even a perfect model may show a time-course error"),
    ],
)
def test_inconclusive_is_never_a_pass(change, why):
    judged = judge_population("i5Htr3a", good(**change), True, CRITERIA)
    assert judged.score.verdict == "inconclusive"
    assert why in judged.score.reason
    assert judged.failures == ()
    assert judged.notes[0].startswith("i5Htr3a: inconclusive, ")
    assert judged.score.tiers["explained_variance"] == "inconclusive"
    assert why_inconclusive(good(), CRITERIA) is None


def test_rates_that_are_not_finite_fail_even_where_data_are_poor():
    judged = judge_population("e4", good(rate_spiking_hz=0.01), False, CRITERIA)
    assert judged.score.verdict == "fail"
    assert judged.failures == ("e4: the model's rates are not finite numbers",)


def test_failures_are_plain_sentences():
    bad = good(
        explained_variance=0.71,
        explained_variance_interval=(0.66, 0.75),
        rate_model_hz=5.2,
        rate_error=0.3,
        rate_error_interval=(0.28, 0.32),
    )
    failures = judge_population("e23", bad, True, CRITERIA).failures
    assert failures == (
        "e23: mean rate 5.20 Hz is 30 % above the spiking 4.00 Hz (90 % interval "
        "28 to 32 %); 10 % or 0.5 Hz is allowed",
        "e23: explained variance 0.71 (95 % interval 0.66 to 0.75) is below 0.80",
    )


def test_enough_but_uncertain_is_said_so():
    bad = good(explained_variance=0.85, explained_variance_interval=(0.7, 0.9))
    (failure,) = judge_population("e23", bad, True, CRITERIA).failures
    assert "0.85 is enough, but its 95 % interval 0.70 to 0.90 reaches below" in failure


def test_notes_do_not_touch_the_verdict():
    noted = good(
        lag_ms=12.0,
        lag_interval_ms=(11.0, 13.0),
        onset_difference_ms=-9.0,
        onset_interval_ms=(-10.0, -8.0),
        peak_ratio=0.6,
        peak_ratio_interval=(0.55, 0.65),
        neuron_r=0.5,
        neuron_similarity=0.5,
        osi_similarity=0.3,
        seed={"neuron_similarity": 0.95, "osi_similarity": 0.9},
        regime={"synchrony": 0.4, "isi_cv": 0.3, "silent_fraction": 0.8},
    )
    judged = judge_population("e5", noted, True, CRITERIA)
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
    assert judged.score.tiers["lag"] == "fail"


def test_single_cells_are_not_asked_for_more_than_a_seed_reaches():
    small = {"neuron_r": 1.0, "neuron_median_error": 0.0, "neuron_similarity": 0.86}

    def tier(seed):
        score = good(**small, seed={"neuron_similarity": seed})
        judged = judge_population("e5", score, True, CRITERIA)
        return judged.score.tiers["neuron_rates"]

    assert tier(0.86) == "strict"
    assert tier(0.88) == "lenient"
    assert tier(0.95) == "lenient"


def population_map(**verdicts):
    return {
        name: good().model_copy(update={"verdict": verdicts.get(name, "default")})
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
        ({"i1": "fail", "i2": "inconclusive"}, "default"),  # 15 of 16
        ({"e5": "inconclusive"}, "inconclusive"),
        ({"e5": "inconclusive", "e4": "fail"}, "fail"),
        (dict.fromkeys(ALL_POPULATIONS, "strict"), "strict"),
        (dict.fromkeys(ALL_POPULATIONS, "inconclusive"), "inconclusive"),
    ],
)
def test_overall_verdict(verdicts, expected):
    assert judge_overall(population_map(**verdicts), CRITERIA)[0] == expected


def test_required_populations_that_do_not_exist_are_not_required():
    only = {"e4": population_map()["e4"]}
    verdict, fraction, n = judge_overall(only, CRITERIA)
    assert (verdict, fraction["default"], fraction["strict"], n) == ("default", 1, 0, 1)


def test_overall_bandwidth_is_what_nine_of_ten_reach():
    populations = {
        str(k): good().model_copy(update={"verdict": "default", "bandwidth_hz": hz})
        for k, hz in enumerate([30.0] * 8 + [8.0, 2.0])
    }
    assert overall_bandwidth(populations, 0.9) == 8.0
    populations["silent"] = good().model_copy(update={"bandwidth_hz": 0.0})
    assert overall_bandwidth(populations, 0.9) == 8.0
    assert overall_bandwidth({"x": good()}, 0.9) is None
