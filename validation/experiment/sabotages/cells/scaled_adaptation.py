"""After-spike currents that are too small."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage


def scale_adaptation(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the slow after-spike currents."""
    return replace(parameters, adaptation_amp_pa=factor * parameters.adaptation_amp_pa)


ADAPTATION_SCALED = Sabotage(
    "adaptation_scaled",
    "slow after-spike currents times {:g}",
    (0.0, 0.5, 0.8),
    lambda factor: Change(lambda p: scale_adaptation(p, factor)),
    needs_extension="adaptation",
)
