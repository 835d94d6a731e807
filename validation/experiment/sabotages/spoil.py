"""Runs a sabotaged rate model."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from validation.experiment.rate_models import respond
from validation.experiment.sabotages.registry import SABOTAGES
from validation.responses.model_rates import ModelRates


def spoiled_name(model: RateModel, sabotage: str, strength: float) -> str:
    """Return the name of a sabotaged model, such as ``low_pass/time_reversed/30``."""
    return f"{model.name}/{sabotage}/{strength:g}"


def respond_spoiled(
    model: RateModel,
    parameters: RateParameters,
    stimuli: Sequence[Stimulus],
    *,
    bin_ms: float,
    drop_ms: float,
    sabotage: str,
    strength: float,
) -> ModelRates:
    """Run a sabotaged rate model on stimuli.

    Parameters
    ----------
    model, parameters, stimuli, bin_ms, drop_ms
        As for :func:`validation.experiment.rate_models.respond`, before the change.
    sabotage, strength
        Name of a change, one of
        :data:`validation.experiment.sabotages.registry.SABOTAGES`, and its strength.
    """
    change = SABOTAGES[sabotage].at(strength)
    if change.tau_r_added_ms:
        tau_r = np.asarray(model.tau_r_ms, dtype=np.float64)
        changed = model.with_tau_r(tau_r + change.tau_r_added_ms)
    else:
        changed = model
    if change.parameters is not None:
        parameters = change.parameters(parameters)
    if change.stimulus is not None:
        stimuli = [change.stimulus(s) for s in stimuli]
    rates = respond(changed, parameters, stimuli, bin_ms=bin_ms, drop_ms=drop_ms)
    return spoil_response(rates, model, sabotage, strength, bin_ms)


def spoil_response(
    rates: ModelRates, model: RateModel, sabotage: str, strength: float, bin_ms: float
) -> ModelRates:
    """Change the response of a model, as far as a sabotage does, and its name."""
    change = SABOTAGES[sabotage].at(strength)
    hz = rates.rates_hz
    return replace(
        rates,
        name=spoiled_name(model, sabotage, strength),
        rates_hz=hz if change.response is None else change.response(hz, bin_ms),
    )
