"""Models without a network, fitted in every run and judged like any other."""

from bridge.reduction.parameters import RateParameters
from validation.baselines.baseline import Bins, Calibration
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
        name: baseline.respond(calibration, experiment.protocol.test, bins)
        for name, baseline in BASELINES.items()
    }
