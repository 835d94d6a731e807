"""Exchanged cells: one cell stands for all excitatory, one for all inhibitory ones."""

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bridge.column.building.typical_cells import typical_cells, with_typical_cells
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from ratemodel.scenarios.default import Default
from ratemodel.scenarios.scenario import ScenarioKind

OF_THE_CELL = (
    "tau_syn_ms",
    "tau_m_ms",
    "leak_ns",
    "threshold_mv",
    "tau_s_ms",
    "current_per_hz",
    "variance_per_hz",
    "adaptation_amp_pa",
    "adaptation_rate_per_ms",
)
"""Parameters of the neuron itself; connections and constant input are not."""


class ExchangedCells(Default):
    """Two kinds of cells; connections, weights and constant input stay.

    Every excitatory cell gets the constants and the transfer function of one cell
    of ``e23``, every inhibitory one those of one cell of ``i23Pvalb``, see
    :func:`bridge.column.building.typical_cells.typical_cells`; among the cells of that
    model it is the one whose transfer function has the median threshold. Populations
    whose own neurons were less excitable fire more than by default: nothing makes
    up for it, as in Chen et al. 2022. (3,000 cells: mean rate 9.4 in place of
    3.8 Hz, e5 and e6 14 and 18 in place of 3.5 and 4.4 Hz.) Time constants alone are
    made alike by :class:`~ratemodel.scenarios.uniform_neurons.UniformNeurons`.
    """

    name = "exchanged_cells"
    changes_network = True

    def parameters(self, parameters: RateParameters, seed: int) -> RateParameters:
        """Return the network of exchanged cells.

        Parameters
        ----------
        parameters
            The column's network.
        seed
            Not used: nothing is drawn.

        Raises
        ------
        InputError
            If the column has no cell of ``e23`` or none of ``i23Pvalb``.
        """
        cell = np.empty(parameters.n_cells, dtype=np.intp)
        for typical in typical_cells(parameters.population, parameters.threshold_mv):
            threshold = parameters.transfer.threshold_pa[typical.same_model]
            middle = np.argsort(threshold, kind="stable")[threshold.size // 2]
            cell[typical.stands_for] = typical.same_model[middle]
        own: dict[str, Any] = {k: getattr(parameters, k)[cell] for k in OF_THE_CELL}
        charge = own["current_per_hz"] / parameters.current_per_hz
        return replace(
            parameters,
            constant_current_pa=parameters.constant_current_pa * charge,
            constant_variance_mv2=parameters.constant_variance_mv2
            * (own["variance_per_hz"] / parameters.variance_per_hz),
            transfer=_of_cells(parameters.transfer, cell),
            transfer_adapted=_of_cells(parameters.transfer_adapted, cell),
            **own,
        )


def _of_cells(function: TransferFunction, cell: NDArray[np.intp]) -> TransferFunction:
    return TransferFunction(**{k: v[cell] for k, v in vars(function).items()})


EXCHANGED_CELLS = ScenarioKind(
    ExchangedCells.name,
    "one excitatory and one inhibitory kind of cell",
    ExchangedCells,
    cells=lambda column, untrained: with_typical_cells(column),
)
