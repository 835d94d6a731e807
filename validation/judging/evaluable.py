"""Whether the data of a population can judge a model at all."""

from bridge.certificate.scores import SpikingState
from validation.criteria.criteria import Evaluable


def why_too_poor(state: SpikingState, limits: Evaluable) -> str | None:
    """Say why no measure can be trusted in a population, or return ``None``."""
    if not limits.fires(state.rate_hz):
        return f"it fires {state.rate_hz:.2g} Hz, below {limits.min_rate_hz.value:g} Hz"
    half = state.half_correlation or 0.0
    if half < limits.min_half_correlation.value:
        return (
            f"halves of its trials correlate by {half:.2f}, "
            f"below {limits.min_half_correlation.value:g}"
        )
    ceiling = state.ceiling or 0.0
    if ceiling < limits.min_ceiling.value:
        return f"its noise ceiling is {ceiling:.2f}, below {limits.min_ceiling.value:g}"
    return None
