"""A reduced column, and how its transfer functions were found."""

from dataclasses import dataclass

from bridge.reduction.parameters import RateParameters


@dataclass(frozen=True)
class Reduced:
    """The rate model's parameters, with what a report says of them.

    Attributes
    ----------
    method
        How the transfer functions were found.
    parameters
        The parameters.
    lgn_levels_hz
        LGN rates at which they were measured, Hz; ``None`` for those of a training.
    fit_rms_hz
        Residual by form and population, Hz; ``None`` for those of a training.
    """

    method: str
    parameters: RateParameters
    lgn_levels_hz: tuple[float, ...] | None = None
    fit_rms_hz: dict[str, dict[str, float]] | None = None
