"""The trainable pass against autograd through a plain dense loop."""

from itertools import product

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from ratemodel.gradients.sequence import RateSequence
from ratemodel.variants.contract import advance, injected_during

NAMES = ("cascade", "adaptation", "delays", "variance")
SUBSETS = [dict(zip(NAMES, on, strict=True)) for on in product([False, True], repeat=4)]
SUBSETS += [
    {"variance": True, "membrane": True},
    dict.fromkeys((*NAMES, "membrane"), True),
]
N_LGN, BATCH = 8, 3


def weights_of(parameters):
    return [
        torch.tensor(edges.weight_pa, requires_grad=True)
        for edges in (parameters.recurrent, parameters.lgn_edges)
    ]


def dense_matrix(network, edges, weight, delay, n_sources):
    """Scatter what the edges bring from so many steps ago into a full matrix."""
    parameters, channels = network.parameters, network.channels
    matrix = torch.zeros(channels.n_rows, n_sources, dtype=torch.float64)
    gains = (parameters.current_per_hz, parameters.variance_per_hz)
    is_recurrent = edges is parameters.recurrent
    delays = network.recurrent_delays if is_recurrent else network.lgn_delays
    share = delays.share[delays.steps == delay]
    chosen = delays.connection[delays.steps == delay]
    cell, receptor = edges.target[chosen], edges.receptor[chosen]
    for quantity in range(channels.n_quantities):
        rows = torch.tensor(channels.row(cell, receptor, quantity))
        value = weight[chosen] ** (quantity + 1)
        value = value * torch.tensor(gains[quantity][cell, receptor] * share)
        place = (rows, torch.tensor(edges.source[chosen].astype(np.int64)))
        matrix = matrix.index_put(place, value, accumulate=True)
    return matrix


def dense_loop(network, recurrent_pa, lgn_pa, inputs, injected):
    """Run the variant with full matrices, one per delay; every step is kept."""
    parameters = network.parameters
    model = network.assemble(1)
    recurrent = [
        dense_matrix(network, parameters.recurrent, recurrent_pa, d, parameters.n_cells)
        for d in range(network.recurrent_delays.n_blocks)
    ]
    lgn = {
        d: dense_matrix(network, parameters.lgn_edges, lgn_pa, d, parameters.n_lgn)
        for d in network.lgn_delays.blocks
    }
    silent = torch.zeros_like(inputs[0])

    def input_of(t, d):  # a part of a step back: the mean of what it sees
        whole, part = divmod(d, network.lgn_delays.per_step)
        part = part / network.lgn_delays.per_step
        now = inputs[t - whole] if t >= whole else silent
        before = inputs[t - whole - 1] if t > whole else silent
        return (1.0 - part) * now + part * before

    constant = network.coupling.constant_drive(np.zeros(parameters.n_lgn))
    state, rates = model.init(inputs.shape[-1]), []
    for t in range(inputs.shape[0]):

        def drive(rate, t=t):
            past = [*rates, rate]
            total = torch.tensor(constant)[:, None]
            for d in range(min(t + 1, len(recurrent))):
                total = total + recurrent[d] @ past[t - d]
            for d, matrix in lgn.items():
                total = total + matrix @ input_of(t, d)
            return total

        current = injected_during(model, injected[max(t - 1, 0)], injected[t])
        rate, state = advance(model, state, current, drive)
        rates.append(rate)
    return torch.stack(rates)


def make_inputs(n_samples, n_cells, seed=3):
    generator = torch.Generator().manual_seed(seed)
    inputs = 20.0 * torch.rand(n_samples, N_LGN, BATCH, generator=generator)
    injected = 10.0 * torch.randn(n_samples, n_cells, BATCH, generator=generator)
    return inputs.double(), injected.double()


def loss_of(rates, seed=5):
    generator = torch.Generator().manual_seed(seed)
    factor = torch.randn(rates.shape, generator=generator, dtype=torch.float64)
    return (rates * factor).sum() + 0.01 * (rates**2).sum()


def relative_error(got, expected):
    return float((got - expected).norm() / expected.norm())


def subset_name(subset):
    return "+".join(name for name, is_on in subset.items() if is_on) or "plain"


@pytest.fixture(params=SUBSETS, ids=subset_name)
def subset(request):
    return request.param


@pytest.mark.parametrize(
    ("steps_per_sample", "dt_ms"), [(1, 0.5), (5, 0.5), (1, 5.0), (3, 2.0)]
)
def test_rates_and_gradients_equal_a_dense_loop(
    make_network, variant, subset, steps_per_sample, dt_ms
):
    network = rate_network(
        make_network(), **variant, **subset, dt_ms=dt_ms, dtype=torch.float64
    )
    sequence = RateSequence(network)
    inputs, injected = make_inputs(30 // steps_per_sample, 30)
    weights = weights_of(network.parameters)
    got = sequence(
        *weights, inputs, injected_pa=injected, steps_per_sample=steps_per_sample
    ).rates
    expected = dense_loop(
        network,
        *weights,
        inputs.repeat_interleave(steps_per_sample, 0),
        injected.repeat_interleave(steps_per_sample, 0),
    )
    torch.testing.assert_close(got, expected, rtol=1e-11, atol=1e-11)
    gradients = torch.autograd.grad(loss_of(got), weights)
    wanted = torch.autograd.grad(loss_of(expected), weights)
    # double precision, sums of some hundred products in another order
    for mine, theirs in zip(gradients, wanted, strict=True):
        assert relative_error(mine, theirs) < 1e-10


def test_single_precision_gradients_are_those_of_double(
    make_network, variant, extensions
):
    inputs, injected = make_inputs(100, 30)
    gradients = []
    for dtype in (torch.float32, torch.float64):
        network = rate_network(make_network(), **variant, **extensions, dtype=dtype)
        weights = weights_of(network.parameters)
        rates = RateSequence(network)(*weights, inputs, injected_pa=injected).rates
        gradients.append(torch.autograd.grad(loss_of(rates.double()), weights))
    # 100 steps with round-off of 6e-8 each, and sums of 300 products
    for single, double in zip(*gradients, strict=True):
        assert relative_error(single, double) < 2e-5
