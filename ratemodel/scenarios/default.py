"""The default scenario: the data's connections, its neurons and Dale's law."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bridge.column.edges import Edges
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.scenario import ScenarioKind

if TYPE_CHECKING:
    from ratemodel.scenarios.weight_rule import WeightRule


class Default:
    """The column as it is; weights keep their signs."""

    name = "default"
    changes_network = False

    def parameters(self, parameters: RateParameters, seed: int) -> RateParameters:
        """Return the column's network; nothing is drawn."""
        return parameters

    def rate_model(self, model: RateModel, population: NDArray[np.int8]) -> RateModel:
        """Return the column's rate model."""
        return model

    def recurrent_rule(self, parameters: RateParameters) -> WeightRule:
        """Return the rule of the recurrent connections: signs stay."""
        return self.input_rule(parameters.recurrent)

    def input_rule(self, edges: Edges) -> WeightRule:
        """Return the rule of the input connections: signs stay."""
        from ratemodel.scenarios.weight_rule import DaleSoftplus

        return DaleSoftplus(edges)


DEFAULT = ScenarioKind(Default.name, "the column as it is, signs kept", Default)
