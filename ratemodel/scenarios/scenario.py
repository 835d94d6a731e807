"""What a scenario is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.config_section import Section
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters

if TYPE_CHECKING:  # brings torch, which reading a configuration does not need
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

    def rate_model(self, model: RateModel, population: NDArray[np.int8]) -> RateModel:
        """Return the rate model of the network.

        Parameters
        ----------
        model
            The column's.
        population
            Population of each cell, ``(n_cells,)``.
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


ChangedCells = Callable[[Column, RateParameters], Column]
"""Takes a column and the untrained network of a scenario."""


class NoOptions(Section):
    """What a scenario without options can be varied by."""


@dataclass(frozen=True)
class ScenarioKind:
    """A scenario with a name.

    Its file is read for the name and the options alone, so the scenario imports
    torch, and what needs it, when it is used.

    Attributes
    ----------
    name
        How options and files call it.
    description
        A few words for the help.
    build
        Makes it, given its options by name.
    options
        Its keys in section ``scenario`` of a configuration, with their defaults.
    cells
        Where it changes the neurons: returns a column with those of the untrained
        network, for trained weights to go back into.
    """

    name: str
    description: str
    build: Callable[..., Scenario]
    options: type[Section] = NoOptions
    cells: ChangedCells | None = None
