"""Hebbian rules: on a problem with a known answer, and in a network."""

import numpy as np
import pytest
import torch

from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from ratemodel.scenarios.choose import choose_scenario
from ratemodel.scenarios.hybrid_learning.hebbian import Bcm, NormalisedHebb, Oja
from ratemodel.scenarios.hybrid_learning.layers import WithinLayers

N_SOURCES = 6


def alone(averages):
    return averages


@pytest.fixture
def one_cell():
    """Return the connections of six sources with one target, all of e4."""
    population = np.full(N_SOURCES + 1, POPULATIONS.index("e4"))
    zeros = np.zeros(N_SOURCES)
    source = np.arange(N_SOURCES)
    edges = Edges(source, zeros + N_SOURCES, zeros + 1, zeros + 1, zeros, zeros + 1)
    return WithinLayers(edges, population)


def linear_unit(within, rule, u, steps, seed=0):
    """Train ``y = u . x`` on fixed samples; return u and the second moments of x."""
    rng = np.random.default_rng(seed)
    common = rng.uniform(0.0, 2.0, (1, 400))
    loading = np.linspace(0.2, 1.2, N_SOURCES)[:, None]
    x = torch.tensor(5.0 * common * loading + rng.uniform(0, 2, (N_SOURCES, 400)))
    for _ in range(steps):
        rates = torch.cat([x, (u @ x)[None]])
        u = rule.following(u, rates, within, alone)
    return u, (x @ x.T / x.shape[1]).numpy()


def start():
    u = torch.tensor(np.linspace(1.0, 0.1, N_SOURCES))
    return u / u.norm()


@pytest.mark.parametrize("rule", [Oja(0.1), NormalisedHebb(0.1)])
@pytest.mark.parametrize("size", [0.3, 1.0, 3.0])
def test_a_linear_unit_finds_the_principal_component(one_cell, rule, size):
    u, moments = linear_unit(one_cell, rule, size * start(), steps=600)
    values, vectors = np.linalg.eigh(moments)
    principal = np.abs(vectors[:, -1])
    assert values[-2] < 0.5 * values[-1]
    # the slowest part decays by e per (1 - 0.5) 0.1 step: 600 steps are enough
    np.testing.assert_allclose(u.numpy(), principal, atol=1e-6)
    assert u.norm().item() == pytest.approx(1.0, abs=1e-6)


def test_oja_equals_its_textbook_form_for_a_linear_unit(one_cell):
    u, moments = linear_unit(one_cell, Oja(0.01), start(), steps=1)
    u0 = start().numpy()
    hebb, y_square = moments @ u0, u0 @ moments @ u0
    scale = np.sqrt(y_square * np.trace(moments))
    expected = u0 + 0.01 * (hebb - y_square * u0) / scale
    np.testing.assert_allclose(u.numpy(), expected, rtol=1e-12)


def test_oja_stays_at_norm_1_however_the_target_fires(one_cell):
    x = torch.rand(N_SOURCES, 300, dtype=torch.float64)
    for rate in (0.01, 1000.0):
        rates = torch.cat([x, rate * x.mean(0, keepdim=True)])
        u = start()
        for _ in range(500):
            u = Oja(0.1).following(u, rates, one_cell, alone)
        assert u.norm().item() == pytest.approx(1.0, abs=1e-6)


def test_silent_cells_keep_their_weights(one_cell):
    rates = torch.rand(N_SOURCES + 1, 50)
    rates[-1] = 0.0
    for rule in (Oja(0.5), NormalisedHebb(0.5), Bcm(0.5)):
        torch.testing.assert_close(
            rule.following(start().float(), rates, one_cell, alone), start().float()
        )


def test_bcm_takes_a_cell_to_its_rate(one_cell):
    rule = Bcm(0.01, rate_hz=4.0)
    x = torch.rand(N_SOURCES, 400, dtype=torch.float64) + 3.0
    for size in (0.05, 3.0):
        u = size * start()
        for _ in range(4000):
            rates = torch.cat([x, (u @ x)[None]])
            u = rule.following(u, rates, one_cell, alone)
        # x hardly varies, so the fixed point <x y (y - <y^2>/y0)> = 0 is near y = y0
        assert (u @ x).mean().item() == pytest.approx(4.0, rel=0.05)


def test_processes_that_average_get_what_one_gets(one_cell):
    rates = torch.rand(N_SOURCES + 1, 80, dtype=torch.float64)
    halves = rates.chunk(2, dim=1)
    averages = []

    def keep(own):
        averages.append(own)
        return own

    for rule in (Oja(0.2), NormalisedHebb(0.2), Bcm(0.2)):
        averages.clear()
        for half in halves:
            rule.following(start(), half, one_cell, keep)
        mean = torch.stack(averages).mean(0)
        both = rule.following(start(), halves[0], one_cell, lambda _, m=mean: m)
        torch.testing.assert_close(
            both, rule.following(start(), rates, one_cell, alone)
        )


def test_products_within_layers_are_those_of_the_pairs(make_network):
    parameters = make_network(60)
    within = WithinLayers(parameters.recurrent, parameters.population)
    y, x = torch.rand(2, 60, 15, dtype=torch.float64)
    layer = np.array([POPULATIONS[p][1] for p in parameters.population])
    edges = parameters.recurrent
    expected_index = [
        k
        for k in range(edges.n_edges)
        if layer[edges.source[k]] == layer[edges.target[k]]
    ]
    assert within.index.tolist() == expected_index
    expected = [(y[edges.target[k]] * x[edges.source[k]]).mean() for k in within.index]
    torch.testing.assert_close(within.mean_products(y, x), torch.stack(expected))


@pytest.mark.parametrize("name", ["oja", "hebb", "bcm"])
def test_only_connections_within_a_layer_follow_the_rates(make_network, name):
    parameters = make_network(80)
    scenario = choose_scenario("hybrid", hebbian=name, hebbian_rate=0.3)
    rule = scenario.recurrent_rule(parameters)
    start_pa = torch.tensor(parameters.recurrent.weight_pa)
    free = torch.nn.Parameter(rule.to_free(start_pa))
    is_within = torch.zeros(start_pa.shape, dtype=torch.bool)
    is_within[rule.within.index] = True
    assert 0 < is_within.sum() < is_within.numel()

    rule.from_free(free).square().sum().backward()
    assert (free.grad[is_within] == 0.0).all()
    assert (free.grad[~is_within] != 0.0).all()

    generator = torch.Generator().manual_seed(0)
    for _ in range(100):
        rates = 20.0 * torch.rand(5, 80, 4, generator=generator)
        rule.after_step(free, rates)
    weight = rule.from_free(free).detach()
    torch.testing.assert_close(weight[~is_within], start_pa[~is_within])
    assert (weight[is_within] - start_pa[is_within]).abs().max() > 1.0
    assert weight.isfinite().all()
    assert (weight * start_pa >= 0.0).all()


@pytest.mark.parametrize("name", ["oja", "hebb"])
def test_the_norm_onto_each_cell_stays_what_it_was(make_network, name):
    parameters = make_network(80)
    scenario = choose_scenario("hybrid", hebbian=name, hebbian_rate=0.2)
    rule = scenario.recurrent_rule(parameters)
    start_pa = torch.tensor(parameters.recurrent.weight_pa)
    free = rule.to_free(start_pa)
    rates = 20.0 * torch.rand(5, 80, 8, generator=torch.Generator().manual_seed(1))
    for _ in range(300):
        rule.after_step(free, rates)
    index, within = rule.within.index, rule.within
    norms = [
        within.group_sum(w[index].square()).sqrt()
        for w in (start_pa, rule.from_free(free))
    ]
    torch.testing.assert_close(norms[1], norms[0], rtol=1e-5, atol=0.0)
