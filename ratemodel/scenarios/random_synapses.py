"""Random synapses: connections drawn at random, as many as the data has."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.building.random_wiring import rewire_at_random
from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.reduction.parameters import RateParameters
from ratemodel.connections.channels import edge_gains
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.scenario import ScenarioKind


class RandomSynapses(Default):
    r"""Recurrent connections at random, scaled to the default's working point.

    Wired by :func:`bridge.column.building.random_wiring.rewire_at_random`. With
    existing weights copied as they are, the rates of 3,000 cells nearly double (7.1
    in place of 3.8 Hz), and training may diverge: the data's wiring balances them
    population by population. So the weights onto a population from excitatory
    sources, and those from inhibitory ones, are multiplied by one factor each, such
    that at the default network's steady rates :math:`r` (all input channels at 8 Hz,
    F frozen)

    .. math:: \sum_{ij} w'_{ij} q_{ij} r_j = \sum_{ij} w_{ij} q_{ij} r_j

    over the cells i of the population, q being the charge per weight. If all its
    cells had the same input, the default's rates would then be the random
    network's rates. (3,000 cells, four seeds: 3.8 to 3.9 Hz; away from the working
    point, in the extended form at a blank screen, 1.1 in place of 0.9 Hz.)
    The inputs and everything about the cells stay.
    """

    name = "random_synapses"
    changes_network = True

    def parameters(self, parameters: RateParameters, seed: int) -> RateParameters:
        """Return the network with random connections.

        Parameters
        ----------
        parameters
            The column's network.
        seed
            Seed of the wiring.

        Raises
        ------
        InputError
            If the column has too few connections.
        ConvergenceError
            If the default network has no steady state.
        """
        from bridge.reduction.transfer.points import REFERENCE_LGN_HZ
        from ratemodel.analysis.steady_state import solve_steady_state

        edges = rewire_at_random(parameters.recurrent, parameters.population, seed)
        steady = solve_steady_state(
            parameters, (), np.full(parameters.n_lgn, REFERENCE_LGN_HZ)
        )
        # a source that is silent now might not be: it counts a little
        rate = steady.rate_hz + 0.01 * steady.rate_hz.mean()
        before = _input_by_group(parameters.recurrent, parameters, rate)
        after = _input_by_group(edges, parameters, rate)
        has_both = (before != 0.0) & (after != 0.0)
        factor = np.where(has_both, before / np.where(has_both, after, 1.0), 1.0)
        weight = edges.weight_pa * factor[_group(edges, parameters)]
        return replace(parameters, recurrent=replace(edges, weight_pa=weight))


def _group(edges: Edges, parameters: RateParameters) -> NDArray[np.intp]:
    """Number the pairs of target population and sign of the source."""
    is_inhibitory = edges.receptor % 2
    return 2 * parameters.population[edges.target].astype(np.intp) + is_inhibitory


def _input_by_group(
    edges: Edges, parameters: RateParameters, rate_hz: FloatArray
) -> FloatArray:
    current = edge_gains(edges, parameters, 0) * rate_hz[edges.source]
    total = np.bincount(_group(edges, parameters), current, 2 * len(POPULATIONS))
    return total.astype(np.float64)


RANDOM_SYNAPSES = ScenarioKind(
    RandomSynapses.name, "connections drawn at random", RandomSynapses
)
