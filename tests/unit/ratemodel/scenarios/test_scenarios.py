"""The six scenarios: what they keep, what they change, and what may change sign."""

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.building.build import build_column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.scenarios.choose import choose_scenario
from ratemodel.scenarios.config import ScenarioConfig
from ratemodel.scenarios.registry import SCENARIOS

SAME_NETWORK = ("default", "no_dale", "hybrid")


@pytest.fixture(scope="module")
def column():
    return build_column(400, 1)


@pytest.fixture(scope="module")
def parameters(column):
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def steady_hz(parameters):
    network = rate_network(parameters, variant="low_pass", tau_r_ms=3.0)
    return network.steady_state(np.full(parameters.n_lgn, 8.0)).rate_hz


def weights_after_hard_steps(rule, edges):
    """Push every weight towards the other sign, far beyond zero."""
    start = torch.tensor(edges.weight_pa)
    free = rule.to_free(start).requires_grad_()
    for _ in range(50):
        weight = rule.from_free(free)
        (weight * start.sign()).sum().backward()
        with torch.no_grad():
            free -= 0.5 * free.grad.sign()
            free.grad = None
    return rule.from_free(free).detach().numpy()


def test_there_are_six():
    names = "default uniform_neurons exchanged_cells random_synapses no_dale hybrid"
    assert list(SCENARIOS) == names.split()


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_seed_decides_and_the_inputs_stay(parameters, name):
    scenario = choose_scenario(name)
    made = scenario.parameters(parameters, 3)
    assert made.reduction_hash == scenario.parameters(parameters, 3).reduction_hash
    assert made.recurrent.n_edges == parameters.recurrent.n_edges
    charge = [
        p.lgn_edges.weight_pa
        * p.current_per_hz[p.lgn_edges.target, p.lgn_edges.receptor]
        for p in (made, parameters)
    ]
    if name != "exchanged_cells":  # its cells have other synapses
        np.testing.assert_allclose(*charge, rtol=1e-12)
    np.testing.assert_array_equal(made.lgn_edges.source, parameters.lgn_edges.source)
    assert made.column_hash == parameters.column_hash
    is_same = made.reduction_hash == parameters.reduction_hash
    assert is_same == (name in SAME_NETWORK)
    assert scenario.changes_network == (not is_same)


@pytest.mark.parametrize("name", SCENARIOS)
def test_rules_start_at_the_untrained_weights(parameters, name):
    scenario = choose_scenario(name)
    made = scenario.parameters(parameters, 1)
    for rule, edges in (
        (scenario.recurrent_rule(made), made.recurrent),
        (scenario.input_rule(made.lgn_edges), made.lgn_edges),
    ):
        weight = torch.tensor(edges.weight_pa)
        back = rule.from_free(rule.to_free(weight)).numpy()
        # double precision; softplus and its inverse lose a few digits
        np.testing.assert_allclose(back, edges.weight_pa, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SCENARIOS)
def test_signs_flip_only_without_dales_law(parameters, name):
    scenario = choose_scenario(name)
    made = scenario.parameters(parameters, 1)
    for rule, edges in (
        (scenario.recurrent_rule(made), made.recurrent),
        (scenario.input_rule(made.lgn_edges), made.lgn_edges),
    ):
        flipped = weights_after_hard_steps(rule, edges) * edges.weight_pa < 0.0
        assert flipped.mean() > 0.9 if name == "no_dale" else not flipped.any()


def test_random_synapses_keep_mean_rates(parameters):
    made = choose_scenario("random_synapses").parameters(parameters, 2)
    before, after = steady_hz(parameters), steady_hz(made)
    assert (made.recurrent.source != parameters.recurrent.source).any()
    # within 25 %: cells of a population differ in what they get, and F is convex
    # (3,000 cells: 3 %)
    assert after.mean() == pytest.approx(before.mean(), rel=0.25)


def test_random_synapses_balance_each_population_at_the_working_point(parameters):
    made = choose_scenario("random_synapses").parameters(parameters, 2)
    rate = steady_hz(parameters)
    rate = rate + 0.01 * rate.mean()
    mean = []
    for p in (parameters, made):
        e = p.recurrent
        current = e.weight_pa * p.current_per_hz[e.target, e.receptor] * rate[e.source]
        group = 2 * p.population[e.target].astype(int) + (e.weight_pa < 0)
        mean.append(np.bincount(group, current, 34))
    in_both = (mean[0] != 0.0) & (mean[1] != 0.0)
    assert in_both.sum() > 20
    np.testing.assert_allclose(mean[1][in_both], mean[0][in_both], rtol=1e-9)


def test_exchanged_cells_are_two(parameters):
    made = choose_scenario("exchanged_cells").parameters(parameters, 1)
    is_excitatory = np.array([n[0] == "e" for n in POPULATIONS])[made.population]
    for cells in (is_excitatory, ~is_excitatory):
        for function in (made.transfer, made.transfer_adapted):
            for values in vars(function).values():
                assert np.unique(values[cells]).size == 1
        for name in ("tau_m_ms", "tau_s_ms", "threshold_mv", "adaptation_amp_pa"):
            assert np.unique(getattr(made, name)[cells], axis=0).shape[0] == 1
        assert np.unique(parameters.tau_m_ms[cells]).size > 1
    assert np.unique(made.tau_m_ms).size == 2
    assert made.recurrent is parameters.recurrent
    ratio = steady_hz(made).mean() / steady_hz(parameters).mean()
    # within a factor of 3 (3,000 cells, measured F: 2.5)
    assert 1 / 3 < ratio < 3


def test_exchanged_cells_are_cells_of_the_populations_named(parameters):
    made = choose_scenario("exchanged_cells").parameters(parameters, 1)
    for name in ("e23", "i23Pvalb"):
        own = parameters.population == POPULATIONS.index(name)
        unchanged = parameters.transfer.gain == made.transfer.gain
        assert (unchanged & own).sum() >= 1


def test_exchanged_cells_keep_the_moments_of_equal_cells(parameters):
    """Cells that were like the typical one already keep their constant input."""
    made = choose_scenario("exchanged_cells").parameters(parameters, 1)
    alike = (parameters.tau_m_ms == made.tau_m_ms) & (
        parameters.leak_ns == made.leak_ns
    )
    assert alike.any()
    np.testing.assert_allclose(
        made.constant_variance_mv2[alike],
        parameters.constant_variance_mv2[alike],
        rtol=1e-12,
    )


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"name": "other"},
            "scenario 'other': there are default, uniform_neurons, exch",
        ),
        ({"name": "hybrid", "hebbian": "x"}, "'oja', 'hebb' or 'bcm'"),
        ({"name": "hybrid", "hebbian_rate": 1.5}, "less than 1"),
        ({"name": "no_dale", "hebbian": "bcm"}, "hebbian: unknown key"),
    ],
)
def test_unknown_names_are_refused(options, message):
    with pytest.raises(InputError, match=message):
        choose_scenario(**options)


def test_an_option_of_another_scenario_is_refused_by_name():
    with pytest.raises(
        InputError, match=r"bcm.* belongs to scenario hybrid, not to no"
    ):
        ScenarioConfig.parse({"name": "no_dale", "hebbian": "bcm"}, "run.toml")
    # a complete configuration holds every default
    config = ScenarioConfig.parse({"name": "no_dale", "hebbian": "oja"}, "run.toml")
    assert config.choose().name == "no_dale"


def test_the_options_of_a_configuration_reach_the_scenario():
    content = {"name": "hybrid", "hebbian": "bcm", "hebbian_rate": 0.25}
    config = ScenarioConfig.parse(content, "run.toml")
    assert config.model_dump() == content | {"seed": 1}
    assert list(config.model_dump()) == ["name", "hebbian", "hebbian_rate", "seed"]
    rule = config.choose()._rule
    assert (type(rule).__name__, rule.learning_rate) == ("Bcm", 0.25)
