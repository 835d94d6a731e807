"""Models that must pass and models that must fail: the validator's own test."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.column.populations import (
    CLASS_OF_POPULATION,
    CLASSES,
    EXCITATORY,
    POPULATIONS,
)
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from bridge.stimulus.stimulus import Stimulus

REMOVED = "i4Pvalb"
"""Population whose output the control ``output_removed`` cuts: the strongest
inhibition of the input layer."""

_CLASS = np.array([CLASSES.index(CLASS_OF_POPULATION[name]) for name in POPULATIONS])


@dataclass(frozen=True)
class Sabotage:
    """A change that makes a rate model wrong.

    Attributes
    ----------
    description
        What is changed, in words.
    parameters
        Changes the parameters.
    stimulus
        Changes a stimulus.
    tau_r_factor
        Multiplies tau_r.
    reverse_time
        Turn the model's response round in time.
    spares
        Variants that do not have what it changes.
    needs
        Population without which it changes nothing.
    """

    description: str
    parameters: Callable[[RateParameters], RateParameters] = lambda p: p
    stimulus: Callable[[Stimulus], Stimulus] = lambda s: s
    tau_r_factor: float = 1.0
    reverse_time: bool = False
    spares: tuple[str, ...] = ()
    needs: str | None = None


def scale_weights(
    parameters: RateParameters, factor: float, *, excitatory: bool
) -> RateParameters:
    """Multiply the recurrent weights whose source is excitatory, or inhibitory."""
    edges = parameters.recurrent
    chosen = EXCITATORY[parameters.population[edges.source]] == excitatory
    return _with_weights(parameters, np.where(chosen, factor, 1.0) * edges.weight_pa)


def shuffle_weights(parameters: RateParameters, seed: int = 0) -> RateParameters:
    """Permute the weights among the connections of each pair of classes."""
    edges = parameters.recurrent
    rng = np.random.default_rng(seed)
    kind = _CLASS[parameters.population]
    pair = kind[edges.target] * len(CLASSES) + kind[edges.source]
    weight = edges.weight_pa.copy()
    for value in np.unique(pair):
        members = np.flatnonzero(pair == value)
        weight[members] = weight[rng.permutation(members)]
    return _with_weights(parameters, weight)


def remove_output(parameters: RateParameters, population: str) -> RateParameters:
    """Set the weights of one population's output to zero."""
    source = parameters.population[parameters.recurrent.source]
    removed = source == POPULATIONS.index(population)
    return _with_weights(
        parameters, np.where(removed, 0.0, parameters.recurrent.weight_pa)
    )


def slow_synapses(parameters: RateParameters, factor: float) -> RateParameters:
    """Multiply the synaptic time constants, at unchanged charge."""
    return replace(
        parameters,
        tau_syn_ms=factor * parameters.tau_syn_ms,
        tau_s_ms=factor * parameters.tau_s_ms,
    )


def shift_transfer(parameters: RateParameters) -> RateParameters:
    """Raise every cell's threshold by one width of its transfer function."""

    def shifted(function: TransferFunction) -> TransferFunction:
        return replace(function, threshold_pa=function.threshold_pa + function.width_pa)

    return replace(
        parameters,
        transfer=shifted(parameters.transfer),
        transfer_adapted=shifted(parameters.transfer_adapted),
    )


def permute_lgn(stimulus: Stimulus, seed: int = 0) -> Stimulus:
    """Give every LGN cell the rates of another one."""
    order = np.random.default_rng(seed).permutation(stimulus.lgn_rate_hz.shape[1])
    return replace(stimulus, lgn_rate_hz=stimulus.lgn_rate_hz[:, order])


def _with_weights(parameters: RateParameters, weight_pa: FloatArray) -> RateParameters:
    edges: Edges = replace(parameters.recurrent, weight_pa=weight_pa)
    return replace(parameters, recurrent=edges)


SABOTAGES: dict[str, Sabotage] = {
    "weights_shuffled": Sabotage(
        "weights shuffled within each pair of classes", shuffle_weights
    ),
    "excitation_x1.5": Sabotage(
        "excitatory weights times 1.5",
        lambda p: scale_weights(p, 1.5, excitatory=True),
    ),
    "inhibition_x0.5": Sabotage(
        "inhibitory weights times 0.5",
        lambda p: scale_weights(p, 0.5, excitatory=False),
    ),
    "tau_s_x3": Sabotage(
        "tau_s times 3", lambda p: slow_synapses(p, 3.0), spares=("equilibrium",)
    ),
    "tau_r_x5": Sabotage("tau_r times 5", tau_r_factor=5.0, spares=("instantaneous",)),
    "transfer_shifted": Sabotage(
        "transfer function shifted by one threshold width", shift_transfer
    ),
    "output_removed": Sabotage(
        f"output of {REMOVED} removed",
        lambda p: remove_output(p, REMOVED),
        needs=REMOVED,
    ),
    "time_reversed": Sabotage("response reversed in time", reverse_time=True),
    "lgn_permuted": Sabotage("LGN input permuted", stimulus=permute_lgn),
}
"""The sabotages of a rate model; each must fail."""
