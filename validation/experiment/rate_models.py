"""Runs rate models on the test stimuli and hands their rates to the judge."""

from collections.abc import Sequence
from dataclasses import replace

from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.responses.model_rates import ModelRates


def respond(
    model: RateModel,
    parameters: RateParameters,
    stimuli: Sequence[Stimulus],
    *,
    bin_ms: float,
    drop_ms: float,
    sets: Sequence[StimulusSet] = (),
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
    sets
        Further sets of stimuli, each with its own duration, start and input wiring.
    """

    def rates_of(
        own: RateParameters, shown: Sequence[Stimulus], drop_ms: float
    ) -> ModelRates:
        run = RateNetwork(own, model).run(shown, bin_ms=bin_ms, drop_ms=drop_ms)
        return ModelRates(
            name=model.name,
            rates_hz=run.rates[:, round(drop_ms / bin_ms) :],
            neuron_rates_hz=run.neuron_rates,
            model=model.by_population(parameters.population),
        )

    return replace(
        rates_of(parameters, stimuli, drop_ms),
        others={
            own.name: rates_of(own.parameters(parameters), own.stimuli, own.drop_ms)
            for own in sets
        },
    )
