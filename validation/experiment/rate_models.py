"""Runs rate models on the test stimuli and hands their rates to the judge."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.stimulus.stimulus import Stimulus
from ratemodel.network.network import RateNetwork
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.sabotages.sabotage import Sabotage
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
    sabotage: str | None = None,
) -> ModelRates:
    """Run a rate model, or a sabotaged one, on stimuli.

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
    sabotage
        Name of a change, one of
        :data:`validation.experiment.sabotages.registry.SABOTAGES`, that is meant to be
        noticed.
    """
    stated = model.by_population(parameters.population)
    change = SABOTAGES[sabotage] if sabotage else Sabotage("none", "nothing changed")
    tau_r = model.tau_r_ms
    if tau_r is not None:
        model = model.with_tau_r(change.tau_r_factor * np.asarray(tau_r))

    def rates_of(
        own: RateParameters, shown: Sequence[Stimulus], drop_ms: float
    ) -> ModelRates:
        network = RateNetwork(change.parameters(own), model)
        run = network.run(
            [change.stimulus(s) for s in shown], bin_ms=bin_ms, drop_ms=drop_ms
        )
        rates = run.rates[:, round(drop_ms / bin_ms) :]
        return ModelRates(
            name=sabotage or stated.name,
            rates_hz=rates[:, ::-1] if change.reverse_time else rates,
            neuron_rates_hz=run.neuron_rates,
            model=stated,
        )

    return replace(
        rates_of(parameters, stimuli, drop_ms),
        others={
            own.name: rates_of(own.parameters(parameters), own.stimuli, own.drop_ms)
            for own in sets
        },
    )
