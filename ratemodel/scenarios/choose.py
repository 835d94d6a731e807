"""Scenarios by name."""

from bridge.errors import InputError
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.hebbian import RULES
from ratemodel.scenarios.hybrid import Hybrid
from ratemodel.scenarios.no_dale import NoDale
from ratemodel.scenarios.random_synapses import RandomSynapses
from ratemodel.scenarios.scenario import Scenario
from ratemodel.scenarios.uniform_neurons import UniformNeurons

SCENARIOS = {
    kind.name: kind
    for kind in (Default, UniformNeurons, RandomSynapses, NoDale, Hybrid)
}
"""The five scenarios."""


def choose_scenario(
    name: str, *, hebbian: str = "oja", learning_rate: float | None = None
) -> Scenario:
    """Return a scenario.

    Parameters
    ----------
    name
        Key of :data:`SCENARIOS`.
    hebbian
        Rule of the hybrid scenario, ``"oja"``, ``"hebb"`` or ``"bcm"``.
    learning_rate
        Its learning rate; that of the rule where not given.

    Raises
    ------
    InputError
        If there is no such scenario or rule, or the learning rate is not between 0
        and 1.
    """
    if name not in SCENARIOS:
        raise InputError(f"scenario {name!r}: there are {', '.join(SCENARIOS)}")
    if hebbian not in RULES:
        raise InputError(f"hebbian rule {hebbian!r}: there are {', '.join(RULES)}")
    if learning_rate is not None and not 0.0 < learning_rate < 1.0:
        raise InputError(
            f"hebbian learning rate {learning_rate:g}: must be between 0 and 1"
        )
    if name != "hybrid":
        return SCENARIOS[name]()
    rule = RULES[hebbian]
    return Hybrid(rule() if learning_rate is None else rule(learning_rate))
