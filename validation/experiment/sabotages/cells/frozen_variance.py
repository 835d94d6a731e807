"""Transfer functions that do not follow the variance of their input."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from validation.experiment.sabotages.sabotage import Change, Sabotage


def freeze_variance(parameters: RateParameters, share: float) -> RateParameters:
    """Take away a share of the dependence of F on the noise.

    With all of it gone, F is frozen at the noise of the working point.
    """
    kept = 1.0 - share

    def frozen(function: TransferFunction) -> TransferFunction:
        return replace(
            function,
            threshold_slope_pa=kept * function.threshold_slope_pa,
            threshold_curvature_pa=kept * function.threshold_curvature_pa,
            width_slope=kept * function.width_slope,
        )

    return replace(
        parameters,
        transfer=frozen(parameters.transfer),
        transfer_adapted=frozen(parameters.transfer_adapted),
    )


VARIANCE_FROZEN = Sabotage(
    "variance_frozen",
    "{:.0%} of the dependence of F on the variance of the input taken away",
    (1.0, 0.5, 0.2),
    lambda share: Change(lambda p: freeze_variance(p, share)),
    needs_extension="variance",
)
