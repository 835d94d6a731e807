"""The sparse matrix from sources, external and delayed, to input channels."""

import warnings
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from scipy import sparse
from torch import Tensor

from bridge.arrays import FloatArray
from bridge.column.edges import Edges
from bridge.reduction.parameters import RateParameters
from ratemodel.connections.channels import Channels, edge_gains


@dataclass(frozen=True)
class Coupling:
    """All input of all channels as one matrix, ``[target, source]``.

    Columns: a block of LGN cells for every LGN delay that occurs; one column
    that is always 1, for the constant input; a block of cells for every
    recurrent delay from 0 to the longest.

    Attributes
    ----------
    lgn_delays
        Delay of each LGN block, steps.
    n_lgn, n_cells
        Widths of the blocks.
    n_blocks
        Number of recurrent blocks.
    matrix
        ``(n_rows, n_external + n_blocks n_cells)``, pA per Hz in the rows of
        the mean, mV^2 per Hz in those of the variance.
    """

    lgn_delays: tuple[int, ...]
    n_lgn: int
    n_cells: int
    n_blocks: int
    matrix: sparse.csr_array

    @property
    def n_external(self) -> int:
        """Number of columns before the recurrent ones."""
        return len(self.lgn_delays) * self.n_lgn + 1

    @property
    def recurrent(self) -> sparse.csr_array:
        """The recurrent columns."""
        return self.matrix[:, self.n_external :]

    def constant_drive(self, lgn_rate_hz: FloatArray) -> FloatArray:
        """Return the external input by row at constant LGN rates, ``(n_rows,)``."""
        sources = np.append(np.tile(lgn_rate_hz, len(self.lgn_delays)), 1.0)
        return np.asarray(self.matrix[:, : self.n_external] @ sources)


def to_torch(
    matrix: sparse.csr_array, dtype: torch.dtype, device: torch.device
) -> Tensor:
    """Return a matrix as a torch CSR tensor with 32-bit indices."""
    # an empty array has stride 0 since NumPy 2.5, which torch 2.11 takes for a gap
    column = torch.from_numpy(matrix.indices.astype(np.int32)).clone(
        memory_format=torch.contiguous_format
    )
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support")
        # checked here once; on its way to a GPU it need not be again
        warnings.filterwarnings("ignore", message="Sparse invariant checks")
        return torch.sparse_csr_tensor(
            torch.from_numpy(matrix.indptr.astype(np.int32)),
            column,
            torch.from_numpy(matrix.data).to(dtype),
            size=matrix.shape,
            check_invariants=True,
        ).to(device)


def delay_in_steps(
    delay_ms: FloatArray, dt_ms: float, hold_steps: float
) -> NDArray[np.intp]:
    """Return delays in whole steps, shortened by the delay that a step implies.

    A rate held constant during a step acts half a step late on average, and a
    variant that also holds F acts another half step late (``hold_steps``), so
    the delay that remains is ``round(delay / dt - hold_steps)``, not negative.
    """
    steps = np.floor(delay_ms / dt_ms - hold_steps + 0.5 + 1e-9)
    remaining: FloatArray = np.maximum(steps, 0)
    return remaining.astype(np.intp)


def couple(
    parameters: RateParameters,
    channels: Channels,
    recurrent_steps: NDArray[np.intp],
    lgn_steps: NDArray[np.intp],
) -> Coupling:
    """Build the coupling of a column.

    Parameters
    ----------
    parameters, channels
        The reduced column and the layout of its input.
    recurrent_steps, lgn_steps
        Delay of every recurrent and LGN edge, steps.
    """
    n, n_lgn = parameters.n_cells, parameters.n_lgn
    lgn_delays, lgn_block = np.unique(lgn_steps, return_inverse=True)
    n_external = lgn_delays.size * n_lgn + 1
    n_blocks = int(recurrent_steps.max(initial=0)) + 1
    lgn, recurrent = parameters.lgn_edges, parameters.recurrent
    constant_rows, constant = _constant(parameters, channels)
    lgn_source = lgn_block * n_lgn + lgn.source
    recurrent_source = n_external + recurrent_steps * n + recurrent.source
    parts = [
        (edge_values(lgn, parameters, channels), *places(lgn, lgn_source, channels)),
        (constant, constant_rows, np.full(constant_rows.size, n_external - 1)),
        (
            edge_values(recurrent, parameters, channels),
            *places(recurrent, recurrent_source, channels),
        ),
    ]
    values, rows, columns = (np.concatenate(part) for part in zip(*parts, strict=True))
    shape = (channels.n_rows, n_external + n_blocks * n)
    matrix = sparse.coo_array((values, (rows, columns)), shape=shape).tocsr()
    return Coupling(tuple(lgn_delays.tolist()), n_lgn, n, n_blocks, matrix)


def places(
    edges: Edges, column: NDArray[np.integer], channels: Channels
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the edges, one quantity after the other."""
    quantities = range(channels.n_quantities)
    rows = [channels.row(edges.target, edges.receptor, q) for q in quantities]
    return np.concatenate(rows), np.tile(column, channels.n_quantities)


def edge_values(
    edges: Edges, parameters: RateParameters, channels: Channels
) -> FloatArray:
    """Return the values that belong to :func:`places`."""
    quantities = range(channels.n_quantities)
    return np.concatenate([edge_gains(edges, parameters, q) for q in quantities])


def _constant(
    parameters: RateParameters, channels: Channels
) -> tuple[NDArray[np.intp], FloatArray]:
    """Return rows and values of background and surround."""
    constant = (parameters.constant_current_pa, parameters.constant_variance_mv2)
    rows, values = [], []
    for quantity in range(channels.n_quantities):
        cell, receptor = np.nonzero(constant[quantity])
        rows.append(channels.row(cell, receptor, quantity))
        values.append(constant[quantity][cell, receptor])
    return np.concatenate(rows), np.concatenate(values)
