"""A background that is too strong."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage


def scale_background(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the rates of background and surround: mean and variance of the input."""
    return replace(
        parameters,
        constant_current_pa=factor * parameters.constant_current_pa,
        constant_variance_mv2=factor * parameters.constant_variance_mv2,
    )


BACKGROUND_SCALED = Sabotage(
    "background_scaled",
    "rates of background and surround times {:g}",
    (1.3, 1.1, 1.03),
    lambda factor: Change(lambda p: scale_background(p, factor)),
)
