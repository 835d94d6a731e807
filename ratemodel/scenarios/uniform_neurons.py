"""Uniform neurons: one tau_s and one tau_r for all cells of a kind."""

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import FloatArray
from bridge.column.column import Column
from bridge.column.edges import N_RECEPTORS
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.rate_model import RateModel
from bridge.reduction.other_tau_syn import column_with_tau_syn, parameters_with_tau_syn
from bridge.reduction.parameters import RateParameters
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.scenario import ScenarioKind


class UniformNeurons(Default):
    """All excitatory cells have the same time constants, and all inhibitory ones.

    As in H. Chen's 2024 thesis: one tau_s and one tau_r for each of the two kinds.
    Transfer functions, connections and everything else about the cells stay. Where
    whole cells are exchanged as well, see
    :class:`~ratemodel.scenarios.exchanged_cells.ExchangedCells`.

    tau_s is the mean of the kind's cells. In the extended forms, which tell
    receptors apart, every receptor of a cell gets half of it, since an alpha current
    of tau has the mean delay 2 tau: both forms then have the same delay. Each event
    keeps its charge (:mod:`bridge.reduction.other_tau_syn`).
    """

    name = "uniform_neurons"
    changes_network = True

    def parameters(self, parameters: RateParameters, seed: int) -> RateParameters:
        """Return the network of uniform neurons.

        Parameters
        ----------
        parameters
            The column's network.
        seed
            Not used: nothing is drawn.
        """
        population = parameters.population
        tau_s = mean_of_kind(parameters.tau_s_ms, population)[population]
        tau_syn = np.repeat(tau_s[:, None] / 2.0, N_RECEPTORS, axis=1)
        return parameters_with_tau_syn(parameters, tau_syn)

    def rate_model(self, model: RateModel, population: NDArray[np.int8]) -> RateModel:
        """Return the rate model with one tau_r for each kind: its cells' mean.

        Parameters
        ----------
        model
            The column's. One that has a single tau_r, or none, stays.
        population
            Population of each cell, ``(n_cells,)``.
        """
        if not isinstance(model.tau_r_ms, tuple):
            return model
        tau_r = np.asarray(model.tau_r_ms)
        if tau_r.size == len(POPULATIONS):
            tau_r = tau_r[population]
        return model.with_tau_r(mean_of_kind(tau_r, population))


def mean_of_kind(values: FloatArray, population: NDArray[np.int8]) -> FloatArray:
    """Return the mean over all excitatory and over all inhibitory cells.

    Parameters
    ----------
    values
        ``(n_cells,)``.
    population
        Population of each cell, ``(n_cells,)``.

    Returns
    -------
    ndarray
        By population, ``(17,)``: two different values at most.
    """
    result = np.full(len(POPULATIONS), values.mean())
    for kind in (EXCITATORY, ~EXCITATORY):
        cells = kind[population]
        if cells.any():
            result[kind] = values[cells].mean()
    return result


def _with_uniform_synapses(column: Column, untrained: RateParameters) -> Column:
    return column_with_tau_syn(column, untrained.tau_syn_ms)


UNIFORM_NEURONS = ScenarioKind(
    UniformNeurons.name,
    "one tau_s and one tau_r for E and for I cells",
    UniformNeurons,
    cells=_with_uniform_synapses,
)
