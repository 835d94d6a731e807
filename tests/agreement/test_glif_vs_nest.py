"""Spike times of all 111 cell models against NEST's ``glif_psc``.

The traces come from ``benchmarks/references/make_nest_traces.py``. Both sides solve the
same linear equations exactly, so spikes fall into the same step except where
the voltage grazes the threshold to within rounding (1e-12 mV): 99 % is asked
for, and a chaotic amplification of one moved spike is the only excuse.
"""

from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.models_of_table import models_of_table
from bridge.column.cell_models import CellModels
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from spiking.devices.runtime import run_in_process
from spiking.network.network_arrays import network_arrays
from spiking.trials.trial import Trial

CONDITIONS = ("constant", "noisy", "synaptic")
LEVEL_OF_RHEOBASE = {"constant": 1.2, "noisy": 0.9, "synaptic": 0.7}


def _column(models: CellModels, peak_pa: np.ndarray, delay_ms: float) -> Column:
    """One cell per model and condition; the last ones get four sources."""
    n = models.n_models
    n_cells = n * len(CONDITIONS)
    target = np.repeat(np.arange(2 * n, 3 * n), 4)
    port = np.tile(np.arange(4), n)
    none = np.zeros(0)
    no_input = PoissonInput.none()
    no_edges = Edges(none, none, none, none, none, none)
    four = np.zeros(4)
    return Column(
        name="all cell models",
        cell_models=models,
        population=np.tile(models.population, len(CONDITIONS)),
        cell_model=np.tile(np.arange(n), len(CONDITIONS)),
        position_um=np.zeros((n_cells, 3)),
        tuning_angle_deg=np.zeros(n_cells),
        recurrent=no_edges,
        lgn=LgnCells(four, ("port",) * 4, four, four, four, np.ones(4)),
        lgn_edges=Edges(
            source=port,
            target=target,
            weight_pa=peak_pa.ravel(),
            delay_ms=np.full(4 * n, delay_ms),
            receptor=port,
            n_synapses=np.ones(4 * n),
        ),
        background=no_input,
        surround=no_input,
    )


@pytest.fixture(scope="module")
def spikes() -> tuple[dict[str, np.ndarray], np.ndarray]:
    """NEST's traces, and our spikes under the same input."""
    path = Path(__file__).parent / "data" / "nest_glif3.npz"
    with np.load(path) as file:
        traces = dict(file)
    models = models_of_table()
    np.testing.assert_array_equal(traces["node_type_id"], models.node_type_id)
    rheobase_pa = models.g_ns * (models.v_th_mv - models.e_l_mv)
    peak_pa = rheobase_pa[:, None] * traces["peak_of_rheobase"]
    dt_ms = float(traces["dt_ms"])
    column = _column(models, peak_pa, float(traces["delay_ms"]))
    noise = traces["noise"].astype(np.float64)
    noisy_pa = noise[:, None] * rheobase_pa
    current_pa = np.hstack([np.zeros_like(noisy_pa), noisy_pa, np.zeros_like(noisy_pa)])
    sample_steps = round(1.0 / dt_ms)
    trial = Trial(
        key=0,
        n_steps=noise.size * sample_steps,
        source_step=traces["event_step"],
        source_id=traces["event_port"].astype(np.int32),
        injected_pa=np.concatenate(
            [LEVEL_OF_RHEOBASE[condition] * rheobase_pa for condition in CONDITIONS]
        ),
        current_pa=current_pa,
        current_group=np.arange(column.n_cells, dtype=np.int32),
        sample_steps=sample_steps,
    )
    arrays = network_arrays(column, dt_ms)
    [(_, ours)] = run_in_process(
        arrays, [(0, lambda: trial)], target="numpy", report=lambda ms: None
    )
    return traces, ours


@pytest.mark.agreement
@pytest.mark.slow
@pytest.mark.parametrize("condition", CONDITIONS)
def test_spikes_fall_into_the_step_of_nest(condition, spikes):
    traces, ours = spikes
    n = traces["node_type_id"].size
    first = CONDITIONS.index(condition) * n
    mine = ours[(ours[:, 1] >= first) & (ours[:, 1] < first + n)]
    theirs = np.column_stack(
        [traces[f"{condition}_step"], traces[f"{condition}_model"]]
    )
    assert np.unique(theirs[:, 1]).size == n, "a model never spikes: nothing is tested"
    our_set = {(int(step), int(cell) - first) for step, cell in mine}
    their_set = {(int(step), int(model)) for step, model in theirs}
    shared = len(our_set & their_set)
    assert shared / len(their_set) >= 0.99
    assert shared / len(our_set) >= 0.99
