"""Trained weights back in the column."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.building.input_wiring import wire_channels
from bridge.column.building.random_wiring import rewire_at_random
from bridge.column.building.typical_cells import typical_cells, with_typical_cells
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.reduction.reduce import reduce_column
from bridge.reduction.trained_column import trained_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.lgn.grid import lgn_grid


@pytest.fixture(scope="module")
def column():
    return build_column(200, 1)


@pytest.fixture(scope="module")
def untrained(column):
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def test_unchanged_weights_give_the_same_column(column, untrained):
    same = trained_column(column, untrained, column.recurrent.weight_pa)
    assert same.hash == column.hash


def test_weights_go_over_as_they_are_whatever_their_sign(column, untrained):
    weight = -0.5 * column.recurrent.weight_pa
    trained = trained_column(column, untrained, weight.astype(np.float32))
    assert trained.hash != column.hash
    np.testing.assert_allclose(trained.recurrent.weight_pa, weight, rtol=1e-6)
    for name in ("source", "target", "receptor", "delay_ms"):
        np.testing.assert_array_equal(
            getattr(trained.recurrent, name), getattr(column.recurrent, name)
        )
    assert trained.lgn_edges is column.lgn_edges
    # and the reduction takes them back to the rate model unchanged
    again = reduce_column(trained, theoretical_data(trained, "noise_free")).parameters
    np.testing.assert_array_equal(
        again.recurrent.weight_pa, trained.recurrent.weight_pa
    )


def test_lgn_cells_that_were_channels_replace_those_of_the_column(column, untrained):
    lgn = lgn_grid(field_deg=(120.0, 120.0), seed=1)
    edges = wire_channels(column.lgn_edges, column.population, lgn.n_cells, 1)
    wired = replace(untrained, n_lgn=lgn.n_cells, lgn_edges=edges)
    weight = 1.1 * edges.weight_pa
    trained = trained_column(
        column, wired, column.recurrent.weight_pa, lgn=lgn, input_pa=weight
    )
    assert trained.lgn.n_cells == 832
    np.testing.assert_array_equal(trained.lgn_edges.source, edges.source)
    np.testing.assert_array_equal(trained.lgn_edges.weight_pa, weight)
    with pytest.raises(InputError, match="832 input channels, not with these 64"):
        trained_column(
            column,
            wired,
            column.recurrent.weight_pa,
            lgn=lgn_grid(field_deg=(120.0, 120.0), types=("sON_TF1",)),
            input_pa=weight,
        )


def test_random_connections_are_those_that_were_trained(column, untrained):
    edges = rewire_at_random(column.recurrent, column.population, 4)
    scenario = replace(untrained, recurrent=edges)
    trained = trained_column(column, scenario, 2.0 * edges.weight_pa)
    np.testing.assert_array_equal(trained.recurrent.source, edges.source)
    np.testing.assert_array_equal(trained.recurrent.weight_pa, 2.0 * edges.weight_pa)


def test_exchanged_cells_are_two_models(column, untrained):
    trained = trained_column(
        column,
        untrained,
        column.recurrent.weight_pa,
        with_cells=lambda original, _: with_typical_cells(original),
    )
    assert np.unique(column.cell_model).size > 10
    models = np.unique(trained.cell_model)
    lines = {trained.cell_models.pop_name[m] for m in models}
    assert lines == {"e23Cux2", "i23Pvalb"}
    assert models.size == 2
    is_excitatory = np.array([n[0] == "e" for n in POPULATIONS])[column.population]
    assert np.unique(trained.cell_model[is_excitatory]).size == 1


def test_another_columns_weights_are_refused_with_both_hashes(column, untrained):
    other = build_column(200, 2)
    with pytest.raises(InputError) as caught:
        trained_column(other, untrained, column.recurrent.weight_pa)
    assert column.hash[:12] in str(caught.value)
    assert other.hash[:12] in str(caught.value)


def test_a_wrong_number_of_weights_is_refused(column, untrained):
    with pytest.raises(InputError, match="3 trained recurrent weights"):
        trained_column(column, untrained, np.ones(3))


def test_both_models_get_the_same_exchanged_cells(column, untrained):
    models = column.cell_model
    for typical in typical_cells(column.population, untrained.threshold_mv):
        assert np.unique(models[typical.same_model]).size == 1
