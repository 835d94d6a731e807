"""Puts trained weights into the column, and columns' weights into rate models."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from bridge.arrays import FloatingArray
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.errors import InputError
from bridge.reduction.parameters import RateParameters


def trained_column(
    column: Column,
    untrained: RateParameters,
    recurrent_pa: FloatingArray,
    *,
    with_cells: Callable[[Column, RateParameters], Column] | None = None,
    lgn: LgnCells | None = None,
    input_pa: FloatingArray | None = None,
) -> Column:
    """Return a column with trained weights; it has another hash.

    Connections are those of the network that was trained, which its scenario may
    have drawn anew. A weight is the peak of an alpha current on the receptor that
    the connection has had all along, in both models, so weights go over as they
    are, whatever their sign.

    Parameters
    ----------
    column
        The column that training started from.
    untrained
        The rate model as it was before training.
    recurrent_pa
        Trained weights in the order of ``untrained.recurrent``, pA, ``(n_edges,)``.
    with_cells
        Gives a column the neurons of the untrained network, where the scenario
        changed them.
    lgn
        LGN cells that were the input channels; they take the place of the column's.
        Without them the column keeps its own LGN and the weights of that.
    input_pa
        Trained weights of ``untrained.lgn_edges``, pA; needed with ``lgn``.

    Returns
    -------
    Column
        Background and surround are those of ``column``, or of ``with_cells``.

    Raises
    ------
    InputError
        If the network was another column's, or numbers of weights or channels do
        not match.
    """
    if untrained.column_hash != column.hash:
        raise InputError(
            f"the weights were trained on column {untrained.column_hash[:12]}, this "
            f"one is {column.hash[:12]}; name the column that they belong to"
        )
    recurrent = _with_weights(untrained.recurrent, recurrent_pa, "recurrent")
    name = f"{column.name}, trained"
    if with_cells is not None:
        column = with_cells(column, untrained)
    result = replace(column, name=name, recurrent=recurrent)
    if lgn is None:
        return result
    if input_pa is None or lgn.n_cells != untrained.n_lgn:
        raise InputError(
            f"the network was trained with {untrained.n_lgn} input channels, not with "
            f"these {lgn.n_cells} LGN cells"
        )
    edges = _with_weights(untrained.lgn_edges, input_pa, "input")
    return replace(result, lgn=lgn, lgn_edges=edges)


def with_weights_of(column: Column, parameters: RateParameters) -> RateParameters:
    """Return a rate model with the connections of another column of the same cells.

    Transfer functions, constant input and time constants stay: with the column of
    :func:`trained_column`, the parameters that a network was trained with become
    the network as training left it.

    Parameters
    ----------
    column
        Whose connections.
    parameters
        Everything else.
    """
    return replace(
        parameters,
        column_hash=column.hash,
        n_lgn=column.lgn.n_cells,
        recurrent=column.recurrent,
        lgn_edges=column.lgn_edges,
    )


def _with_weights(edges: Edges, weight_pa: FloatingArray, what: str) -> Edges:
    if np.shape(weight_pa) != (edges.n_edges,):
        raise InputError(
            f"there are {np.size(weight_pa)} trained {what} weights, but "
            f"{edges.n_edges} connections"
        )
    return replace(edges, weight_pa=np.asarray(weight_pa, dtype=np.float64))
