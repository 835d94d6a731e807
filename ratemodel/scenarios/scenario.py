"""What a scenario is."""

from typing import Protocol

from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.weight_rule import WeightRule


class Scenario(Protocol):
    """A network to train, and what training may do to its weights."""

    @property
    def name(self) -> str:
        """How options and files call it."""

    @property
    def changes_network(self) -> bool:
        """Whether the untrained network is another one than the column's.

        A certificate of the column says nothing about it then.
        """

    def parameters(self, parameters: RateParameters, seed: int) -> RateParameters:
        """Return the untrained network.

        Parameters
        ----------
        parameters
            The column's network; its inputs stay as they are.
        seed
            Seed of what is drawn.
        """

    def recurrent_rule(self, parameters: RateParameters) -> WeightRule:
        """Return the rule of ``parameters.recurrent``.

        Parameters
        ----------
        parameters
            The untrained network of the scenario.
        """

    def input_rule(self, edges: Edges) -> WeightRule:
        """Return the rule of the input connections, from those untrained."""
