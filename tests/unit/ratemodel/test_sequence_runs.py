"""Rates, segments, bins and carried state of the trainable pass."""

import numpy as np
import pytest
import torch

from bridge.column.edges import Edges
from bridge.errors import InputError
from ratemodel.network import RateNetwork
from ratemodel.sequence import RateSequence

N_LGN, BATCH = 8, 2


def build(make_network, variant, extensions, dtype=torch.float64, **options):
    network = RateNetwork(make_network(), **variant, **extensions, dtype=dtype)
    return RateSequence(network, **options)


def weights_of(sequence):
    parameters = sequence.network.parameters
    return [
        torch.tensor(edges.weight_pa, requires_grad=True)
        for edges in (parameters.recurrent, parameters.lgn_edges)
    ]


def some_inputs(n_samples, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    return 20.0 * torch.rand(
        n_samples, N_LGN, BATCH, generator=generator, dtype=dtype
    )


def gradients(sequence, weights, rates):
    ramp = torch.linspace(-1.0, 1.0, rates.numel(), dtype=rates.dtype)
    return torch.autograd.grad((rates * ramp.view(rates.shape)).sum(), weights)


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    # float32: some hundred steps of round-off 6e-8 in a stable network
    [(torch.float64, 1e-10), (torch.float32, 2e-5)],
    ids=["float64", "float32"],
)
def test_rates_equal_those_of_the_network(
    make_network, make_stimulus, variant, extensions, dtype, tolerance
):
    stimulus = make_stimulus(dt_ms=1.0, duration_ms=200.0)
    sequence = build(make_network, variant, extensions, dtype)
    expected = sequence.network.run([stimulus], bin_ms=1.0, drop_ms=100.0)
    inputs = torch.tensor(stimulus.lgn_rate_hz)[..., None]
    rates = sequence(*weights_of(sequence), inputs).rates[..., 0].double()
    # the network's bins are the trapezoidal rule on the rates at the steps
    bins = 0.5 * (rates[100:-1] + rates[101:])
    cells = bins.sum(0).detach().numpy() + expected.neuron_rates[0] * 0.0
    cells /= 99.0
    last = expected.neuron_rates[0] * 100.0 - cells * 99.0
    population = sequence.network.parameters.population
    for p in np.unique(population):
        mine = bins[:, population == p].mean(1).detach().numpy()
        np.testing.assert_allclose(
            mine, expected.rates[0, 100:-1, p], rtol=tolerance, atol=tolerance
        )
    assert np.isfinite(last).all()
