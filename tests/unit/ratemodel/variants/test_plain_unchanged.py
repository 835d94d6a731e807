"""The published forms give what they gave before there was a second-order step."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from ratemodel.gradients.sequence import RateSequence

# From the commit before it (1fb1660), double precision: mean rate, Hz, of a run, and
# norms of the gradients by recurrent and LGN weights.
BEFORE = {
    ("instantaneous", 1.0): (1.9873813544711525, 6.775984723605588, 14.845028956002148),
    ("instantaneous", 5.0): (1.9881719417625328, 25.11436762770658, 39.40102329050978),
    ("low_pass", 1.0): (1.984012797979325, 2.9988488711906682, 9.934096602346308),
    ("low_pass", 5.0): (1.9852919719621143, 22.34427061212951, 37.00429330795195),
    ("equilibrium", 1.0): (2.0019915966151056, 6.45707765181614, 18.582902729656613),
    ("equilibrium", 5.0): (2.0050795519515114, 24.371565607052236, 40.90533294013257),
}


def without_ceiling(parameters):
    """Give F the form that it had then; the update is what is held here."""
    endless = {
        name: replace(
            getattr(parameters, name), t_ref_ms=np.zeros(parameters.population.size)
        )
        for name in ("transfer", "transfer_adapted")
    }
    return replace(parameters, **endless)


@pytest.mark.parametrize("dt_ms", [1.0, 5.0])
def test_numbers_of_the_plain_form(make_network, make_stimulus, variant, dt_ms):
    network = rate_network(
        without_ceiling(make_network()), **variant, dt_ms=dt_ms, dtype=torch.float64
    )
    stimulus = make_stimulus(flash_ms=(100, 200), pulse_pa=20.0)
    rate = network.run([stimulus], bin_ms=10.0, drop_ms=0.0).neuron_rates.mean()
    weights = [
        torch.tensor(edges.weight_pa, requires_grad=True)
        for edges in (network.parameters.recurrent, network.parameters.lgn_edges)
    ]
    inputs = 10.0 + 10.0 * torch.sin(torch.arange(20.0 * 8 * 3)).reshape(20, 8, 3)
    rates = RateSequence(network)(*weights, inputs).rates
    gradients = torch.autograd.grad(rates.square().sum(), weights)
    numbers = [rate, *(float(gradient.norm()) for gradient in gradients)]
    # the same operations: other compilers round otherwise
    np.testing.assert_allclose(numbers, BEFORE[variant["variant"], dt_ms], rtol=1e-10)
