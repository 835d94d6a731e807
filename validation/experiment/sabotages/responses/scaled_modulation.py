"""A response that is too flat."""

from bridge.arrays import FloatArray
from validation.experiment.sabotages.sabotage import Change, Sabotage


def scale_modulation(rates_hz: FloatArray, factor: float) -> FloatArray:
    """Multiply each population's deviations from its mean over all stimuli."""
    mean = rates_hz.mean(axis=(0, 1))
    scaled: FloatArray = mean + factor * (rates_hz - mean)
    return scaled


MODULATION_SCALED = Sabotage(
    "modulation_scaled",
    "deviations from the mean rate times {:g}",
    (0.6, 0.85, 0.95),
    lambda factor: Change(response=lambda r, _: scale_modulation(r, factor)),
)
