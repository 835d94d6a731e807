"""The cell models of the tables, as a column holds them."""

import numpy as np
from numpy.typing import NDArray

from bridge.column.building.tables import TAU_SYN_MS, cell_table, line_table
from bridge.column.cell_models import CellModels


def models_of_table(rows: NDArray[np.intp] | None = None) -> CellModels:
    """Return cell models of the table.

    Parameters
    ----------
    rows
        Rows of the cell table, ``(n_models,)``; all of them where not given.
    """
    cells, names = cell_table(), line_table().name
    if rows is None:
        rows = np.arange(cells.node_type_id.size)
    return CellModels(
        node_type_id=cells.node_type_id[rows],
        pop_name=tuple(names[line] for line in cells.line[rows]),
        population=cells.population[rows].astype(np.int8),
        c_m_pf=cells.c_m_pf[rows],
        g_ns=cells.g_ns[rows],
        e_l_mv=cells.e_l_mv[rows],
        v_th_mv=cells.v_th_mv[rows],
        v_reset_mv=cells.e_l_mv[rows],
        t_ref_ms=cells.t_ref_ms[rows],
        asc_amps_pa=cells.asc_amps_pa[rows],
        asc_decay_per_ms=cells.asc_decay_per_ms[rows],
        tau_syn_ms=np.tile(TAU_SYN_MS, (rows.size, 1)),
    )
