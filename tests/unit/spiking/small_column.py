"""A small column with every kind of input, and stimuli for it."""

import numpy as np

from bridge.column.cell_models import CellModels
from bridge.column.column import Column
from bridge.column.edges import Edges
from bridge.column.lgn_cells import LgnCells
from bridge.column.poisson_input import PoissonInput
from bridge.stimulus.stimulus import Stimulus

N_CELLS, N_LGN = 40, 12


def make_column(*, weight_factor: float = 1.0, background_hz: float = 800.0) -> Column:
    """Return 30 excitatory and 10 inhibitory cells of two models."""
    rng = np.random.default_rng(5)
    models = CellModels(
        node_type_id=[1, 2],
        pop_name=("e4other", "i4Pvalb"),
        population=[5, 7],
        c_m_pf=[80.0, 81.0],
        g_ns=[5.2, 9.2],
        e_l_mv=[-72.5, -70.5],
        v_th_mv=[-47.6, -44.2],
        v_reset_mv=[-72.5, -70.5],
        t_ref_ms=[4.4, 1.55],
        asc_amps_pa=[[-3.5, -195.0], [-4.1, -292.0]],
        asc_decay_per_ms=[[0.003, 0.1], [0.003, 0.3]],
        tau_syn_ms=[[5.5, 8.5, 2.8, 5.8]] * 2,
    )
    model = np.repeat([0, 1], [30, 10])
    source, target = np.nonzero(rng.random((N_CELLS, N_CELLS)) < 0.3)
    inhibitory = model[source] == 1
    n = source.size
    recurrent = Edges(
        source=source,
        target=target,
        weight_pa=weight_factor * np.where(inhibitory, -25.0, 15.0) * rng.random(n),
        delay_ms=rng.choice([0.9, 1.2, 1.6, 2.3], n),
        receptor=2 * model[target] + inhibitory,
        n_synapses=np.ones(n),
    )
    lgn_target = rng.integers(0, N_CELLS, 100)
    lgn_edges = Edges(
        source=rng.integers(0, N_LGN, 100),
        target=lgn_target,
        weight_pa=np.full(100, 40.0),
        delay_ms=np.full(100, 1.7),
        receptor=2 * model[lgn_target],
        n_synapses=np.full(100, 80),
    )
    cells = np.arange(N_CELLS)
    background = PoissonInput(
        target=cells,
        rate_hz=np.full(N_CELLS, background_hz),
        weight_pa=np.full(N_CELLS, 6.0),
        delay_ms=np.ones(N_CELLS),
        receptor=2 * model,
        source_population=np.full(N_CELLS, -1),
    )
    surround = PoissonInput(
        target=np.repeat(cells, 2),
        rate_hz=np.tile([0.25, 0.15], N_CELLS) * background_hz,
        weight_pa=np.tile([9.0, -12.0], N_CELLS),
        delay_ms=np.ones(2 * N_CELLS),
        receptor=np.repeat(2 * model, 2) + np.tile([0, 1], N_CELLS),
        source_population=np.tile([5, 7], N_CELLS),
    )
    zeros = np.zeros(N_LGN)
    return Column(
        name="small",
        cell_models=models,
        population=models.population[model],
        cell_model=model,
        position_um=np.zeros((N_CELLS, 3)),
        tuning_angle_deg=np.zeros(N_CELLS),
        recurrent=recurrent,
        lgn=LgnCells(
            np.arange(N_LGN), ("sON_TF4",) * N_LGN, zeros, zeros, zeros, zeros + 3.0
        ),
        lgn_edges=lgn_edges,
        background=background,
        surround=surround,
    )


def make_stimulus(
    *, rate_hz: float = 40.0, duration_ms: float = 200.0, current_pa: float = 0.0
) -> Stimulus:
    """Return LGN cells at a constant rate and, if asked, a current step."""
    n_samples = round(duration_ms)
    current = None
    if current_pa:
        current = np.zeros((n_samples, 17))
        current[n_samples // 2 :, 5] = current_pa
    return Stimulus(
        name=f"constant {rate_hz:g} Hz",
        dt_ms=1.0,
        lgn_rate_hz=np.full((n_samples, N_LGN), rate_hz, dtype=np.float32),
        current_pa=current,
    )
