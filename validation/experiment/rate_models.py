"""Runs rate models on the test stimuli and hands their rates to the judge."""

from collections.abc import Sequence

from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from validation.responses.model_rates import ModelRates


def respond(
    model: RateModel,
    parameters: RateParameters,
    stimuli: Sequence[Stimulus],
    *,
    bin_ms: float,
    drop_ms: float,
) -> ModelRates:
    """Run a rate model on stimuli.

    Parameters
    ----------
    model
        Variant, form, tau_r and step.
    parameters
        Parameters of the column's rate model.
    stimuli
        The stimuli.
    bin_ms, drop_ms
        Bin and dropped start, ms.
    """
    run = RateNetwork(parameters, model).run(stimuli, bin_ms=bin_ms, drop_ms=drop_ms)
    return ModelRates(
        name=model.name,
        rates_hz=run.rates[:, round(drop_ms / bin_ms) :],
        neuron_rates_hz=run.neuron_rates,
        model=model.by_population(parameters.population),
    )
