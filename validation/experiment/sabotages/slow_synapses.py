"""Synapses that are too slow."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Sabotage


def slow_synapses(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the synaptic time constants, at unchanged charge."""
    return replace(
        parameters,
        tau_syn_ms=factor * parameters.tau_syn_ms,
        tau_s_ms=factor * parameters.tau_s_ms,
    )


SYNAPSES_SLOWED = Sabotage(
    "tau_s_x3",
    "tau_s times 3",
    lambda p: slow_synapses(p, 3.0),
    needs_tau_s=True,
)
