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

    def recurrent_rule(self, parameters: RateParameters) -> WeightRule:
        """Return the rule of ``parameters.recurrent``.

        Parameters
        ----------
        parameters
            The untrained network of the scenario.
        """

    def input_rule(self, edges: Edges) -> WeightRule:
        """Return the rule of the input connections, from those untrained."""


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
    cell_model
        Where it changes the neurons: returns the cell model of each cell that a
        column has with them, ``(n_cells,)``, for trained weights to go back into.
    """

    name: str
    description: str
    build: Callable[..., Scenario]
    options: type[Section] = NoOptions
    cell_model: Callable[[Column], NDArray[np.int16]] | None = None
