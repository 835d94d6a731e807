"""No Dale's law: a weight may change its sign."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.scenario import ScenarioKind

if TYPE_CHECKING:
    from ratemodel.scenarios.weight_rule import WeightRule


class NoDale(Default):
    """The column as it is; recurrent and input weights may change their signs.

    Training starts from the data's signs. A connection whose sign flips keeps its
    receptor, and with it its time constant and delay: the receptor is that of the
    classes of source and target, which stay what they are.
    """

    name = "no_dale"

    def recurrent_rule(self, parameters: RateParameters) -> WeightRule:
        """Return the rule of the recurrent connections: signs are free."""
        return self.input_rule(parameters.recurrent)

    def input_rule(self, edges: Edges) -> WeightRule:
        """Return the rule of the input connections: signs are free."""
        from ratemodel.scenarios.free_weights import FreeWeights

        return FreeWeights(edges)


NO_DALE = ScenarioKind(NoDale.name, "weights may change their sign", NoDale)
