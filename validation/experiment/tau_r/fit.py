"""Chooses tau_r on the calibration stimuli."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.variants.registry import VARIANTS
from validation.experiment.tau_r.by_population import improve_by_population
from validation.experiment.tau_r.calibration_error import CalibrationError

SMALLEST_STEPS = 0.1
"""Lower end of what is tried, in steps."""

FLAT = 1e-3
"""Share by which the lower end may be worse than the best, and still be as good."""

LARGEST_FACTOR = 10.0
"""Upper end of what is tried, in units of the largest value of the grid."""


@dataclass(frozen=True)
class TauRFit:
    """A fitted tau_r.

    Attributes
    ----------
    tau_r_ms
        ms; one value, or 17.
    edge
        The end of what was tried that the one value sits on; None inside.
    error
        Mean squared error of the populations that count, in units of their variance.
    """

    tau_r_ms: float | tuple[float, ...]
    edge: Literal["lower", "upper"] | None
    error: float

    def warning(self, name: str, dt_ms: float) -> str | None:
        """Return a sentence where the optimum is not inside of what was tried.

        Parameters
        ----------
        name
            Of the model.
        dt_ms
            Step of the fit, ms.
        """
        if self.edge is None:
            return None
        shown = "" if isinstance(self.tau_r_ms, tuple) else f" ({self.tau_r_ms:g} ms)"
        if self.edge == "lower":
            return (
                f"{name}: the fit of tau_r ends on the lower edge{shown}: at dt "
                f"{dt_ms:g} ms no inertia of the rate is as good as any, so it is the "
                "instantaneous model but for a step at the most."
            )
        return f"{name}: the fit of tau_r ends on the upper edge{shown}."


def fit_tau_r_ms(
    parameters: RateParameters,
    model: RateModel,
    stimuli: Sequence[Stimulus],
    counts: NDArray[np.integer],
    *,
    bin_ms: float,
    drop_ms: float,
    by_population: bool = False,
) -> TauRFit:
    """Choose tau_r on the calibration stimuli.

    The network runs with each value of the variant's grid, which is extended while
    the best is its last; then with values between the neighbours of the best. A
    parabola in log tau_r through the three best gives the optimum. That is one
    value for the network, from which one per population goes on where wanted
    (:func:`~validation.experiment.tau_r.by_population.improve_by_population`).

    Parameters
    ----------
    parameters, model, stimuli, counts, bin_ms, drop_ms
        As for :class:`~validation.experiment.tau_r.calibration_error.CalibrationError`.
    by_population
        Whether every population gets its own.
    """
    grid = VARIANTS[model.variant].tau_r_grid_ms
    if grid is None:
        raise InputError(f"tau_r: the {model.variant} variant has none to fit")
    error = CalibrationError(
        parameters, model, stimuli, counts, bin_ms=bin_ms, drop_ms=drop_ms
    )
    low = min(SMALLEST_STEPS * model.dt_ms, grid[0])
    high = LARGEST_FACTOR * grid[-1]
    found: dict[float, float] = {}
    _try(error, grid, found)
    while (more := _beyond(found, low, high)).size:
        _try(error, more, found)
    value, least = min(found.items(), key=lambda item: item[1])
    edge: Literal["lower", "upper"] | None = None
    if found.get(low, np.inf) <= (1.0 + FLAT) * least:
        # Far below the step the rate is without inertia: no value is told from it.
        value, edge = low, "lower"
    elif value >= high:
        edge = "upper"
    else:
        value = _refined(error, found)
    least = min(found.values())
    if not by_population:
        return TauRFit(value, edge, least)
    values, least = improve_by_population(error, value, least, low, high)
    return TauRFit(values, edge, least)


def _try(
    error: CalibrationError,
    values: Sequence[float] | NDArray[np.float64],
    found: dict[float, float],
) -> None:
    taus = np.asarray(values, dtype=np.float64)
    found |= dict(zip(taus.tolist(), error.of(taus[:, None]).tolist(), strict=True))


def _beyond(found: dict[float, float], low: float, high: float) -> NDArray[np.float64]:
    """Return values past the end that the best one is; none where it is inside."""
    tried = sorted(found)
    best = min(found, key=lambda tau: found[tau])
    powers = 2.0 ** np.arange(1, 5)
    if best == tried[0] and best > low:
        return np.unique(np.maximum(best / powers, low))
    if best == tried[-1] and best < high:
        return np.unique(np.minimum(best * powers, high))
    return np.array([])


def _refined(error: CalibrationError, found: dict[float, float]) -> float:
    """Return the optimum between the neighbours of the best value, ms."""
    tried = sorted(found)
    place = tried.index(min(found, key=lambda tau: found[tau]))
    for left, right in ((place - 1, place), (place, place + 1)):
        if left >= 0 and right < len(tried):
            _try(error, np.geomspace(tried[left], tried[right], 5)[1:-1], found)
    tried = sorted(found)
    place = tried.index(min(found, key=lambda tau: found[tau]))
    best = tried[place]
    if 0 < place < len(tried) - 1:
        around = tried[place - 1 : place + 2]
        a, b, _ = np.polyfit(np.log(around), [found[tau] for tau in around], 2)
        if a > 0.0:
            best = float(np.clip(np.exp(-b / (2.0 * a)), around[0], around[-1]))
    return float(f"{best:.3g}")
