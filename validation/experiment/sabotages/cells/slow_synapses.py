"""Synapses that are too slow."""

from dataclasses import replace

from bridge.reduction.parameters import RateParameters
from validation.experiment.sabotages.sabotage import Change, Sabotage


def slow_synapses(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the synaptic time constants, at unchanged charge."""
    return replace(
        parameters,
        tau_syn_ms=factor * parameters.tau_syn_ms,
        tau_s_ms=factor * parameters.tau_s_ms,
    )


SYNAPSES_SLOWED = Sabotage(
    "synapses_slowed",
    "tau_s times {:g}",
    (3.0, 1.5, 1.05),
    lambda factor: Change(lambda p: slow_synapses(p, factor)),
    needs_tau_s=True,
)
