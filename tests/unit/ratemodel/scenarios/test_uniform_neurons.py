"""Uniform neurons: one tau_s and one tau_r for E and for I, and nothing else."""

from dataclasses import replace

import numpy as np
import pytest
from rate_networks import rate_network
from scipy.integrate import quad

from bridge.column.building.build import build_column
from bridge.column.populations import EXCITATORY, POPULATIONS
from bridge.errors import InputError
from bridge.rate_model import RateModel
from bridge.reduction.other_tau_syn import column_with_tau_syn
from bridge.reduction.reduce import reduce_column
from bridge.reduction.trained_column import trained_column
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.scenarios.choose import choose_scenario
from ratemodel.scenarios.registry import SCENARIOS


@pytest.fixture(scope="module")
def column():
    return build_column(300, 1)


@pytest.fixture(scope="module")
def parameters(column):
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


@pytest.fixture(scope="module")
def uniform(parameters):
    return choose_scenario("uniform_neurons").parameters(parameters, 1)


def test_time_constants_are_alike_and_the_rest_of_the_cells_stays(parameters, uniform):
    excitatory = EXCITATORY[parameters.population]
    for cells in (excitatory, ~excitatory):
        mean = parameters.tau_s_ms[cells].mean()
        np.testing.assert_allclose(uniform.tau_s_ms[cells], mean, rtol=1e-12)
        # an alpha current of tau has the mean delay 2 tau
        np.testing.assert_allclose(uniform.tau_syn_ms[cells], mean / 2.0, rtol=1e-12)
        assert np.unique(parameters.tau_s_ms[cells]).size > 1
    assert np.unique(uniform.tau_s_ms).size == 2
    for name in (
        "tau_m_ms",
        "leak_ns",
        "threshold_mv",
        "adaptation_amp_pa",
        "adaptation_rate_per_ms",
        "constant_current_pa",
    ):
        np.testing.assert_array_equal(getattr(uniform, name), getattr(parameters, name))
    assert uniform.transfer is parameters.transfer
    assert uniform.transfer_adapted is parameters.transfer_adapted


def test_every_event_keeps_its_charge(parameters, uniform):
    for name in ("recurrent", "lgn_edges"):
        charges = []
        for p in (parameters, uniform):
            e = getattr(p, name)
            charges.append(e.weight_pa * np.e * p.tau_syn_ms[e.target, e.receptor])
        np.testing.assert_allclose(charges[1], charges[0], rtol=1e-12)
    # and the gain is that of an alpha current of the new time constant
    np.testing.assert_allclose(
        uniform.current_per_hz, np.e * uniform.tau_syn_ms / 1000.0, rtol=1e-12
    )


def test_the_variance_is_that_of_the_new_kernel(column, uniform):
    """Campbell's integral of the squared voltage of one event, done numerically."""
    for cell, receptor in ((0, 0), (5, 1), (290, 2), (299, 3)):
        tau = uniform.tau_syn_ms[cell, receptor]
        c_m = column.model_values("c_m_pf")[cell]
        tau_m = c_m / column.model_values("g_ns")[cell]

        def voltage(t, tau=tau, tau_m=tau_m, c_m=c_m):
            # alpha current of peak 1 pA through a leaky membrane, tau != tau_m
            k = 1.0 / tau - 1.0 / tau_m
            return (np.e / (tau * c_m)) * (
                (np.exp(-t / tau_m) - np.exp(-t / tau) * (1.0 + k * t)) / k**2
            )

        integral, _ = quad(lambda t: voltage(t) ** 2, 0.0, 20.0 * tau_m, limit=200)
        # quad is accurate to 1e-8 of it; the tail left out to exp(-40)
        assert uniform.variance_per_hz[cell, receptor] == pytest.approx(
            integral / 1000.0, rel=1e-6
        )


def test_mean_inputs_stay_so_the_fixed_point_without_variance_does(parameters, uniform):
    """F, charges and adaptation are the same: so are the plain form's steady rates."""
    rates = [
        rate_network(p, variant="low_pass", tau_r_ms=3.0)
        .steady_state(np.full(p.n_lgn, 8.0))
        .rate_hz
        for p in (parameters, uniform)
    ]
    np.testing.assert_allclose(rates[1], rates[0], atol=1e-5)  # both within 1e-8 Hz


def test_cells_with_equal_synapses_keep_the_variance_of_their_constant_input(
    parameters,
):
    """A cell that had the kind's tau at every receptor already changes in nothing."""
    excitatory = EXCITATORY[parameters.population]
    tau = np.where(excitatory, 6.0, 4.0)
    alike = replace(
        parameters,
        tau_s_ms=2.0 * tau,
        tau_syn_ms=np.repeat(tau[:, None], 4, axis=1),
    )
    made = choose_scenario("uniform_neurons").parameters(alike, 1)
    assert made.reduction_hash == alike.reduction_hash


def test_tau_r_becomes_one_of_each_kind(parameters):
    scenario, population = choose_scenario("uniform_neurons"), parameters.population
    excitatory = EXCITATORY[population]
    per_cell = np.linspace(1.0, 4.0, population.size)
    model = RateModel(variant="low_pass").with_tau_r(per_cell)
    found = np.array(scenario.rate_model(model, population).tau_r_ms)
    assert found.shape == (len(POPULATIONS),)
    for kind in (True, False):
        np.testing.assert_allclose(
            found[kind == EXCITATORY], per_cell[excitatory == kind].mean(), rtol=1e-12
        )
    by_population = model.with_tau_r(np.arange(1.0, 18.0))
    found = scenario.rate_model(by_population, population).tau_r_ms
    mean = np.arange(1.0, 18.0)[population][excitatory].mean()
    assert found[POPULATIONS.index("e4")] == pytest.approx(mean)
    single = model.with_tau_r(2.5)
    assert scenario.rate_model(single, population) == single
    assert choose_scenario("default").rate_model(model, population) == model


def test_the_way_back_gives_a_column_that_reduces_to_the_same_network(
    column, parameters, uniform
):
    with_cells = SCENARIOS["uniform_neurons"].cells
    weight = 1.1 * uniform.recurrent.weight_pa
    trained = trained_column(column, uniform, weight, with_cells=with_cells)
    np.testing.assert_array_equal(
        trained.model_values("tau_syn_ms"), uniform.tau_syn_ms
    )
    again = reduce_column(trained, theoretical_data(trained, "noise_free")).parameters
    np.testing.assert_array_equal(again.recurrent.weight_pa, weight)
    np.testing.assert_allclose(
        again.lgn_edges.weight_pa, uniform.lgn_edges.weight_pa, rtol=1e-12
    )
    for name in (
        "current_per_hz",
        "variance_per_hz",
        "constant_current_pa",
        "constant_variance_mv2",
    ):
        np.testing.assert_allclose(
            getattr(again, name), getattr(uniform, name), rtol=1e-9
        )


def test_a_cell_model_of_both_kinds_cannot_go_back(column, uniform):
    cell_model = np.zeros_like(column.cell_model)
    shared = replace(column, cell_model=cell_model)
    number = column.cell_models.node_type_id[0]
    with pytest.raises(InputError, match=f"cell model {number}: some of its cells"):
        column_with_tau_syn(shared, uniform.tau_syn_ms)
