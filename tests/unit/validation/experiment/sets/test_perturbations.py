"""Currents that the perturbations inject, and the sets that a column gets."""

from dataclasses import fields, replace

import numpy as np

from bridge.column.building.build import build_column
from bridge.column.edges import Edges
from bridge.column.poisson_input import PoissonInput
from bridge.column.populations import POPULATIONS
from bridge.stimulus.stimulus import Stimulus
from bridge.stimulus.stimulus_info import StimulusInfo
from spiking.running.model import SpikingModel
from validation.config.sections import ProtocolConfig
from validation.experiment.sets.build import build_sets
from validation.experiment.sets.noise_seed import noise_seed
from validation.experiment.sets.perturbations import (
    OFF_MS,
    ON_MS,
    RHEOBASE_SHARE,
    perturbations,
    rheobase_pa,
)


def without_rows(edges):
    return Edges(*(getattr(edges, field.name)[:0] for field in fields(edges)))


def test_a_current_flows_into_one_population_for_its_time():
    column = build_column(300, 1)
    own = perturbations(column, ("e4", "i4Pvalb"), bin_ms=10.0)
    infos = [StimulusInfo.from_stimulus(s) for s in own.stimuli]
    assert [(i.name, i.injected) for i in infos] == [
        ("unperturbed", ()),
        ("e4_drive", ("e4",)),
        ("e4_suppress", ("e4",)),
        ("i4Pvalb_drive", ("i4Pvalb",)),
        ("i4Pvalb_suppress", ("i4Pvalb",)),
    ]
    drive, suppress = own.stimuli[1], own.stimuli[2]
    current = drive.current_pa[:, POPULATIONS.index("e4")]
    times = (np.arange(current.size) + 0.5) * drive.dt_ms
    is_on = (times > ON_MS) & (times < OFF_MS)
    np.testing.assert_allclose(
        current, np.where(is_on, RHEOBASE_SHARE * rheobase_pa(column, "e4"), 0.0)
    )
    np.testing.assert_array_equal(suppress.current_pa, -drive.current_pa)
    for other in own.stimuli:  # all else is the same grating
        np.testing.assert_array_equal(other.lgn_rate_hz, own.stimuli[0].lgn_rate_hz)


def test_bins_that_end_within_a_sample_are_simulated():
    """Bins of 1.6 ms and samples of 1 ms both end every 8 ms: 856 ms, not 851.2."""
    column = build_column(300, 1)
    own = perturbations(column, ("e4",), bin_ms=1.6)
    assert {s.duration_ms for s in own.stimuli} == {856.0}
    result = SpikingModel(column, dt_ms=0.1).run(
        own.stimuli[:1], n_trials=1, seed=1, bin_ms=1.6, drop_ms=own.drop_ms
    )
    assert result.counts.shape[2] == 856 / 1.6
    current = own.stimuli[1].current_pa[:, POPULATIONS.index("e4")]
    on = np.flatnonzero(current)
    # ON_MS is a whole number of bins, OFF_MS becomes 651.2 ms
    assert (on[0], on[-1] + 1) == (ON_MS, 651)


def test_half_of_a_population_fires_above_its_rheobase():
    """By simulation: a column without any input, and the current all the time."""
    column = build_column(300, 1)
    alone = replace(
        column,
        recurrent=without_rows(column.recurrent),
        lgn_edges=without_rows(column.lgn_edges),
        background=PoissonInput.none(),
        surround=PoissonInput.none(),
    )
    cells = column.cells_of("e4")
    shares = []
    for factor in (0.98, 1.02):
        current = np.zeros((900, len(POPULATIONS)))
        current[:, POPULATIONS.index("e4")] = factor * rheobase_pa(column, "e4")
        silent = np.zeros((900, column.lgn.n_cells))
        stimulus = Stimulus("kick", 1.0, silent, current_pa=current)
        model = SpikingModel(alone, device="numpy", dt_ms=0.5)
        counts = model.run([stimulus], n_trials=1, seed=0, drop_ms=0.0).neuron_counts
        shares.append((counts[0, 0, cells] > 0).mean())
    # Half of the cells have at most the median; 900 ms is 20 membrane time constants.
    assert shares[0] <= 0.5 <= shares[1]
    assert shares[1] > shares[0]


def test_populations_that_a_column_lacks_are_left_out_and_said():
    column = build_column(60, 1)
    missing = [name for name in POPULATIONS if not column.cells_of(name).size][:1]
    config = ProtocolConfig(perturbed=missing, tasks=())
    sets, notes = build_sets(column, config)
    assert sets == ()
    assert notes == (
        f"No perturbation is judged: the column has none of {missing[0]}.",
    )


def test_a_column_whose_input_cannot_be_replaced_has_no_task_trials():
    column = build_column(60, 1)
    empty = without_rows(column.lgn_edges)
    config = ProtocolConfig(perturbed=(), tasks=("orientation",))
    sets, notes = build_sets(replace(column, lgn_edges=empty), config)
    assert sets == ()
    assert notes[0].startswith("No task trial is judged: input wiring")


def test_no_set_sees_the_noise_of_another():
    seeds = [noise_seed(seed, name) for seed in (1, 2) for name in ("a", "b")]
    assert len(set(seeds)) == 4
    assert not {1, 2, 10_001, 10_002} & set(seeds)
