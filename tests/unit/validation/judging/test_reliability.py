"""What takes the verdicts of a run back."""

from dataclasses import replace

import numpy as np
import pytest
from sample_report import control, report_of, scores

from bridge.column.building.build import build_column
from bridge.rate_model import RateModel
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.baselines.baseline import Bins, Calibration
from validation.baselines.lgn_current import mean_weights
from validation.baselines.low_pass import low_pass
from validation.baselines.registry import BASELINES
from validation.experiment.protocol import build_protocol
from validation.judging.prepare import prepare_reference
from validation.judging.reliability import doubts
from validation.judging.score import score_model
from validation.measures.criteria import load_criteria
from validation.report.wording import one_sentence
from validation.responses.reference import Reference

MODEL = RateModel(variant="low_pass", tau_r_ms=3.0)
GOOD = {
    "other_seed": control("pass", "default", True),
    "m/time_reversed/1000": control("fail", "fail", True),
    "m/time_reversed/30": control("fail", "default", False, is_required=False),
}
FAILING = {"constant": scores(MODEL, "fail"), "stimulus_only": scores(MODEL, "lenient")}


def test_weak_sabotages_may_pass_unseen():
    assert doubts(GOOD, FAILING) == ()


@pytest.mark.parametrize(
    ("controls", "baselines", "words"),
    [
        ({"m/time_reversed/1000": control("fail", "default", False)}, {}, "1 of 1"),
        (
            {"other_seed": control("pass", "fail", False, found_wrong=("e4",))},
            {},
            "other noise seed is found wrong (e4)",
        ),
        ({}, {"stimulus_only": scores(MODEL, "default")}, "(stimulus_only)"),
        ({}, {"constant": scores(MODEL, "strict")}, "(constant)"),
    ],
)
def test_each_reason_is_said(controls, baselines, words):
    report = report_of(
        {MODEL.name: scores(MODEL, "strict")},
        GOOD | controls,
        baselines=FAILING | baselines,
    )
    assert not report.reliable
    assert one_sentence(report).startswith("No verdict below can be relied on: ")
    assert words in one_sentence(report)


def test_a_run_without_controls_cannot_be_relied_on():
    assert len(doubts({}, {})) == 2


def test_a_network_that_only_follows_the_stimulus_makes_a_run_unreliable():
    """Populations whose rates are a function of the mean LGN rate alone."""
    column = build_column(300, 1)
    parameters = reduce_column(column, theoretical_data(column, "siegert")).parameters
    protocol = build_protocol(
        column.lgn, duration_ms=1500.0, directions_deg=(0.0, 90.0)
    )
    bins, weights = Bins(10.0, 500.0), mean_weights(parameters)
    n_cells = np.maximum(np.bincount(parameters.population, minlength=17), 1)
    rng = np.random.default_rng(0)

    def truth(stimulus):
        signal = low_pass(stimulus.lgn_rate_hz @ weights, 20.0, 1.0)
        return bins.means(np.tile((2.0 + 2.0 * signal)[:, None], (1, 17)), 1.0)

    def counts(stimuli, n_trials):
        # as many cells as the 3k column has: ten times those that were built
        expected = np.stack([truth(s) for s in stimuli]) * 10 * n_cells * 0.01
        return rng.poisson(expected[None, :, None].repeat(n_trials, axis=2) + 0.0)

    calibration = Calibration.of_counts(
        protocol.calibration, counts(protocol.calibration, 12) / 10, bins, parameters
    )
    trials = counts(protocol.test, 32) / (10 * n_cells) / 0.01
    present = np.bincount(parameters.population, minlength=17) > 0
    reference = Reference(
        rates_hz=np.where(present, trials, 0.0),
        neuron_rates_hz=np.ones((1, len(protocol.test), 32, column.n_cells)),
        stimuli=tuple(StimulusInfo.from_stimulus(s) for s in protocol.test),
        population=column.population,
    )
    prepared = prepare_reference(reference, load_criteria(), rng)
    found = {
        name: baseline.respond(
            baseline.fit(calibration), protocol.test, bins, parameters
        )
        for name, baseline in BASELINES.items()
    }
    judged = {
        name: score_model(prepared, rates, np.random.default_rng(0))
        for name, rates in found.items()
    }
    assert judged["stimulus_only"].verdict in ("default", "strict")
    assert judged["constant"].verdict == "fail"
    (reason,) = doubts(GOOD, judged)
    assert reason.startswith("a model without a network reaches the default tier")
    # a network whose populations differ from the stimulus is told from it
    other = replace(reference, rates_hz=reference.rates_hz[..., ::-1, :])
    prepared = prepare_reference(other, load_criteria(), rng)
    assert score_model(prepared, found["stimulus_only"], rng).verdict == "fail"
