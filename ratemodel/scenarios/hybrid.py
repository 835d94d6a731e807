"""Hybrid learning: Hebbian within a layer, backpropagation elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

from bridge.config_section import OneOf, Section
from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.hybrid_learning.hebbian import RULES, HebbianRule, Oja
from ratemodel.scenarios.scenario import ScenarioKind

if TYPE_CHECKING:
    from ratemodel.scenarios.hybrid_learning.weights import HybridWeights


class HybridOptions(Section):
    """What the scenario can be varied by.

    Attributes
    ----------
    hebbian, hebbian_rate
        Rule within a layer and its learning rate; that of the rule where it is left
        out.
    """

    hebbian: Annotated[str, OneOf(tuple(RULES))] = "oja"
    hebbian_rate: Annotated[float, Field(gt=0, lt=1)] | None = None


class Hybrid(Default):
    """The column as it is; connections within a layer learn by a Hebbian rule.

    Connections between layers, and those of the inputs, follow the gradient. All
    weights keep their signs.

    Parameters
    ----------
    rule
        Rule within a layer; Oja's where not given.
    """

    name = "hybrid"

    def __init__(self, rule: HebbianRule | None = None) -> None:
        self._rule = rule or Oja()

    def recurrent_rule(self, parameters: RateParameters) -> HybridWeights:
        """Return the rule of the recurrent connections."""
        from ratemodel.scenarios.hybrid_learning.weights import HybridWeights

        return HybridWeights(parameters, self._rule)


def _build(hebbian: str, hebbian_rate: float | None) -> Hybrid:
    rule = RULES[hebbian]
    return Hybrid(rule() if hebbian_rate is None else rule(hebbian_rate))


HYBRID = ScenarioKind(Hybrid.name, "Hebbian within a layer", _build, HybridOptions)
