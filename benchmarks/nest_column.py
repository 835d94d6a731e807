"""A column in NEST: cells, connections and inputs with nothing in between."""

import itertools
import warnings
from collections.abc import Mapping
from typing import Any

import nest
import numpy as np
from numpy.typing import NDArray

from bridge.column.column import Column
from bridge.column.poisson_input import PoissonInput
from bridge.sonata.cell_model_files import nest_parameters

Trains = Mapping[str, tuple[NDArray[np.float64], NDArray[np.int64]]]
"""Spike times (ms) and node of the populations ``lgn``, ``bkg``, ``surround``."""


def start_kernel(seed: int, n_threads: int, dt_ms: float) -> None:
    """Reset NEST."""
    with warnings.catch_warnings():  # 3.10 has a new name, 3.9 only this one
        warnings.simplefilter("ignore")
        nest.set_verbosity("M_ERROR")
    nest.ResetKernel()
    nest.SetKernelStatus(
        {"resolution": dt_ms, "rng_seed": seed, "local_num_threads": n_threads}
    )


def create_cells(column: Column) -> Any:
    """Create the cells in the column's order and connect them; return them."""
    models = column.cell_models
    cells = nest.Create("glif_psc", column.n_cells)
    for row in range(models.n_models):
        members = np.flatnonzero(column.cell_model == row)
        if members.size == 0:
            continue
        cells[members.tolist()].set(nest_parameters(models, row))
    edges = column.recurrent
    connect(cells, edges.source, cells, edges)
    return cells


def connect(sources: Any, source: NDArray[Any], cells: Any, edges: Any) -> None:
    """Connect ``sources[source]`` to the targets of edges or Poisson streams."""
    if source.size == 0:
        return
    source_id, cell_id = np.array(sources.tolist()), np.array(cells.tolist())
    nest.Connect(
        source_id[source],
        cell_id[edges.target],
        "one_to_one",
        {
            "synapse_model": "static_synapse",
            "weight": edges.weight_pa,
            "delay": edges.delay_ms,
            "receptor_type": edges.receptor.astype(int) + 1,
        },
    )


def add_trains(column: Column, cells: Any, trains: Trains) -> None:
    """Drive the cells with given spikes."""
    parts = {
        "lgn": (column.lgn.n_cells, column.lgn_edges.source, column.lgn_edges),
        "bkg": _own_source(column.background),
        "surround": _own_source(column.surround),
    }
    for name, (times_ms, ids) in trains.items():
        n, source, edges = parts[name]
        order = np.lexsort((times_ms, ids))
        bounds = np.searchsorted(ids[order], np.arange(n + 1))
        times = times_ms[order]
        generators = nest.Create("spike_generator", n)
        generators.set(
            [{"spike_times": times[a:b]} for a, b in itertools.pairwise(bounds)]
        )
        connect(generators, source, cells, edges)


def _own_source(streams: PoissonInput) -> tuple[int, NDArray[np.int64], PoissonInput]:
    return streams.n_streams, np.arange(streams.n_streams), streams


def record(cells: Any) -> Any:
    """Return a recorder of all spikes."""
    recorder = nest.Create("spike_recorder")
    nest.Connect(cells, recorder)
    return recorder


def recorded(recorder: Any, cells: Any) -> tuple[NDArray[np.float64], NDArray[Any]]:
    """Return times (ms) and cell of the recorded spikes."""
    events = recorder.get("events")
    return events["times"], events["senders"] - cells[0].global_id
