"""Fixed points: shared by the variants, reached by long runs, checked by hand."""

import numpy as np
import pytest
import torch
from rate_networks import rate_network
from self_exciting import self_exciting

from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus
from ratemodel.analysis.steady_state import ConvergenceError

LGN_HZ = np.linspace(5.0, 15.0, 8)


def test_every_variant_settles_on_the_solved_fixed_point(
    make_network, variant, extensions
):
    network = rate_network(make_network(), **variant, **extensions, dtype=torch.float64)
    current = np.linspace(-5.0, 15.0, 17)
    steady = network.steady_state(LGN_HZ, current_pa=current)
    assert steady.residual_hz <= 1e-8
    n = 2500
    stimulus = Stimulus("s", 1.0, np.tile(LGN_HZ, (n, 1)), np.tile(current, (n, 1)))
    settled = network.run([stimulus], drop_ms=n - 100.0).neuron_rates[0]
    assert settled.max() > 5.0
    # the tolerance; slowest mode 1 / (0.01 per ms): exp(-24) is left
    np.testing.assert_allclose(settled, steady.rate_hz, rtol=1e-4)


def test_steady_state_solves_the_equations(make_network):
    p = make_network()
    network = rate_network(p, variant="instantaneous", adaptation=True, variance=True)
    rate = network.steady_state(LGN_HZ).rate_hz
    mean = p.constant_current_pa.sum(axis=1)
    mean += (p.adaptation_amp_pa / p.adaptation_rate_per_ms).sum(axis=1) * rate / 1000
    variance = p.constant_variance_mv2.sum(axis=1)
    for edges, source_hz in ((p.recurrent, rate), (p.lgn_edges, LGN_HZ)):
        for s, t, w, k in zip(
            edges.source, edges.target, edges.weight_pa, edges.receptor, strict=True
        ):
            mean[t] += w * p.current_per_hz[t, k] * source_hz[s]
            variance[t] += w**2 * p.variance_per_hz[t, k] * source_hz[s]
    # the solver stops at 1e-8 Hz
    np.testing.assert_allclose(p.transfer.rate_hz(mean, variance**0.5), rate, atol=1e-7)


def test_start_decides_between_two_stable_states(make_cells):
    # one self-exciting cell, r = 3 sqrt(ln(1 + exp(2 r - 6))); far above
    # threshold r^2 = 18 r - 54, of which 9 + sqrt(27) is stable
    network = rate_network(self_exciting(make_cells), variant="instantaneous")
    low = network.steady_state([0.0]).rate_hz[0]
    high = network.steady_state([0.0], initial_hz=[20.0]).rate_hz[0]
    assert low < 0.5
    assert high == pytest.approx(9.0 + np.sqrt(27.0), abs=1e-6)
    assert low == pytest.approx(3.0 * np.sqrt(np.log1p(np.exp(2 * low - 6))), abs=1e-7)


def test_failure_to_converge_is_said(make_network, monkeypatch):
    monkeypatch.setattr("ratemodel.analysis.steady_state.MAX_ITERATIONS", 2)
    network = rate_network(make_network(), variant="instantaneous")
    with pytest.raises(ConvergenceError, match="after 2 iterations"):
        network.steady_state(LGN_HZ)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"lgn_rate_hz": [1.0, 2.0]}, r"lgn_rate_hz has shape \(2,\), not \(8,\)"),
        ({"lgn_rate_hz": [np.nan] * 8}, "lgn_rate_hz has a value that is not finite"),
        ({"lgn_rate_hz": LGN_HZ, "current_pa": [1.0]}, "current_pa has shape"),
        ({"lgn_rate_hz": LGN_HZ, "initial_hz": [1.0]}, "initial_hz has shape"),
    ],
)
def test_unusable_vectors_are_refused(make_network, arguments, message):
    network = rate_network(make_network(), variant="instantaneous")
    with pytest.raises(InputError, match=message):
        network.steady_state(**arguments)
