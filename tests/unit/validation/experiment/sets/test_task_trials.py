"""Task trials of a validation are those of training, on the network that is trained."""

from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.building.input_wiring import wire_channels
from bridge.column.edges import Edges
from bridge.rate_model import RateModel
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.network.network import RateNetwork
from ratemodel.readout.config import ReadoutConfig
from ratemodel.scenarios.choose import choose_scenario
from ratemodel.tasks.config import TasksConfig
from ratemodel.tasks.registry import TASKS
from ratemodel.training.setup import (
    build_network,
    build_source,
    untrained_parameters,
    weight_rules,
)
from ratemodel.trials.input_config import InputConfig
from spiking.running.model import SpikingModel
from validation.experiment.sets.task_trials import task_trials

DT_MS = 1.0


@pytest.fixture(scope="module")
def column():
    return build_column(300, 1)


@pytest.fixture(scope="module")
def sets(column):
    return task_trials(column, tuple(TASKS), 2, bin_ms=10.0)


def test_both_inputs_and_all_tasks_are_there(sets):
    assert {own.name for own in sets} == {
        f"tasks_{word}_{ms}ms" for word in ("pixels", "lgn") for ms in (200, 550)
    }
    names = [s.name for own in sets for s in own.stimuli]
    assert len(names) == len(set(names)) == 2 * 2 * len(TASKS)
    assert all(own.drop_ms == 0.0 for own in sets)  # the onset from rest counts


def test_bins_that_do_not_divide_a_trial_lengthen_it(column):
    (short, long) = task_trials(column, ("orientation", "change"), 1, bin_ms=60.0)[:2]
    assert short.stimuli[0].duration_ms == 240.0
    assert long.stimuli[0].duration_ms == 600.0
    rates = short.stimuli[0].lgn_rate_hz
    assert (rates[200:] == rates[199]).all()


def test_bins_that_end_within_a_sample_lengthen_a_trial_to_where_both_end(column):
    """Bins of 1.6 ms and samples of 1 ms both end every 8 ms."""
    (short, long) = task_trials(column, ("orientation", "change"), 1, bin_ms=1.6)[:2]
    assert short.stimuli[0].duration_ms == len(short.stimuli[0].lgn_rate_hz) == 200.0
    assert long.stimuli[0].duration_ms == len(long.stimuli[0].lgn_rate_hz) == 552.0


def test_trials_are_of_the_validation_split(sets):
    """The same trials drawn by hand; the test split has others."""
    source = build_source(TasksConfig(), InputConfig(), DT_MS)
    shown = {s.name: s for own in sets for s in own.stimuli}
    for task in TASKS:
        for split, is_same in (("validation", True), ("test", False)):
            drawn = source.draw(split, task, np.arange(2)).input_hz.numpy()
            own = shown[f"{task}_pixels_1"].lgn_rate_hz[:: source.steps_per_sample]
            assert np.array_equal(own, drawn[:, :, 0]) == is_same


@pytest.mark.parametrize("use_lgn", [False, True])
def test_the_rate_model_is_the_network_that_training_starts_from(column, sets, use_lgn):
    """Rates of the trainable network in its own bins, against the validation's."""
    data = theoretical_data(column, "siegert")
    parameters = reduce_column(column, data).parameters
    inputs, model = (
        InputConfig(use_lgn=use_lgn),
        RateModel.of_form("low_pass", "extended", 3.0, DT_MS),
    )
    source = build_source(TasksConfig(), inputs, DT_MS)
    scenario = choose_scenario("default")
    untrained = untrained_parameters(
        parameters,
        scenario,
        source.channels.n_channels,
        scenario_seed=1,
        wiring_seed=inputs.seed,
    )
    rules = weight_rules(untrained, scenario)
    trained = build_network(
        untrained,
        model,
        rules,
        source,
        ReadoutConfig(pool_size=3),
    )
    batch = source.draw("validation", "orientation", np.arange(2))
    expected = trained(batch).detach().numpy()  # bin, cell, trial

    word = "lgn" if use_lgn else "pixels"
    own = next(s for s in sets if s.name == f"tasks_{word}_200ms")
    driven = own.parameters(parameters)
    for field in fields(driven.lgn_edges):
        np.testing.assert_array_equal(
            getattr(driven.lgn_edges, field.name),
            getattr(untrained.lgn_edges, field.name),
        )
    network = RateNetwork(driven, model)
    found = network.run(own.stimuli, bin_ms=source.timing.bin_ms, drop_ms=0.0)
    cells = column.cells_of("e4")
    # A bin ends half a step apart in the two: of 50 steps in which rates move by 15 Hz.
    np.testing.assert_allclose(
        found.rates[:2, :, 5], expected[:, cells].mean(axis=1).T, atol=0.5 * 15 / 50
    )


def test_the_spiking_column_hears_the_channels_through_the_same_wires(column, sets):
    """One channel fires alone: just the cells that it projects to get its charge."""
    own = next(s for s in sets if s.name == "tasks_pixels_200ms")
    driven = own.column(column)
    assert driven.lgn.n_cells == 832
    for name in ("weight_pa", "delay_ms", "receptor", "target"):
        np.testing.assert_array_equal(
            getattr(driven.lgn_edges, name), getattr(column.lgn_edges, name)
        )
    edges: Edges = driven.lgn_edges
    assert (np.bincount(edges.target) == np.bincount(column.lgn_edges.target)).all()
    result = SpikingModel(driven, device="numpy", dt_ms=1.0).run(
        own.stimuli[:1], n_trials=2, seed=1, drop_ms=0.0
    )
    assert result.counts.sum() > 0


def test_a_trained_network_is_shown_its_own_tasks_through_its_own_input(column):
    """What a run of training holds, without the run: its input alone, reweighted."""
    inputs = InputConfig(seed=7)
    edges = wire_channels(column.lgn_edges, column.population, 832, 7)
    trained: Any = SimpleNamespace(
        tasks=TasksConfig(tasks=("change",)),
        inputs=inputs,
        parameters=SimpleNamespace(lgn_edges=edges),
        input_pa=2.0 * edges.weight_pa,
    )
    (own,) = task_trials(column, tuple(TASKS), 1, bin_ms=10.0, trained=trained)
    assert [s.name for s in own.stimuli] == ["change_pixels_1"]
    driven = own.column(column)
    np.testing.assert_array_equal(driven.lgn_edges.source, edges.source)
    np.testing.assert_array_equal(driven.lgn_edges.weight_pa, 2.0 * edges.weight_pa)
    assert task_trials(column, ("orientation",), 1, bin_ms=10.0, trained=trained) == ()
