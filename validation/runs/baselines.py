"""Models without a network, fitted in every run and judged like any other."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from validation.baselines.baseline import Baseline, Bins, Calibration, Predict
from validation.baselines.registry import BASELINES
from validation.experiment.experiment import Experiment
from validation.responses.model_rates import ModelRates


def baseline_rates(
    experiment: Experiment, parameters: RateParameters
) -> dict[str, ModelRates]:
    """Fit every baseline on the calibration set and predict the test set.

    Parameters
    ----------
    experiment
        The experiment.
    parameters
        Parameters of the rate model.

    Returns
    -------
    dict
        Rates under the test stimuli by the name of the baseline.
    """
    protocol = experiment.config.protocol
    bins = Bins(protocol.bin_ms, protocol.drop_ms)
    calibration = Calibration.of_counts(
        experiment.protocol.calibration,
        experiment.calibration_counts(),
        bins,
        parameters,
    )
    return {
        name: _respond(experiment, baseline, baseline.fit(calibration), parameters)
        for name, baseline in BASELINES.items()
    }


def _respond(
    experiment: Experiment,
    baseline: Baseline,
    predict: Predict,
    parameters: RateParameters,
) -> ModelRates:
    """Return the responses to the test stimuli, all sets of them."""
    protocol = experiment.config.protocol
    test = experiment.protocol.test
    bins = Bins(protocol.bin_ms, protocol.drop_ms)
    return replace(
        baseline.respond(predict, test, bins, parameters),
        others={
            own.name: baseline.respond(
                predict,
                own.stimuli,
                Bins(protocol.bin_ms, own.drop_ms),
                own.parameters(parameters),
            )
            for own in experiment.sets
        },
    )
