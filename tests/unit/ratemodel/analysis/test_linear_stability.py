"""Jacobians and growth rates against differences and against what runs do."""

import numpy as np
import pytest
import torch
from rate_networks import rate_network
from scipy.optimize import brentq
from self_exciting import self_exciting

from ratemodel.analysis import stability
from ratemodel.variants.contract import Drive

LGN_HZ = np.full(8, 8.0)


def network_of(make_network, variant, extensions, **changes):
    options = extensions | {"dtype": torch.float64} | changes
    return rate_network(make_network(weight=1.5), **variant, **options)


def test_jacobian_equals_finite_differences_of_the_step(make_network, variant):
    # For a small step, (step - identity) / dt is the continuous Jacobian
    dt = 1e-4
    parts = {"cascade": True, "adaptation": True, "variance": True}
    network = network_of(make_network, variant, parts, dt_ms=dt)
    linear = network.linearise(network.steady_state(LGN_HZ))
    jacobian = linear.jacobian()
    step = linear._discrete(np.eye(linear.n_states))
    difference = (step - np.eye(linear.n_states)) / dt
    # next order: dt J^2 / 2, with J of order 1 per ms
    np.testing.assert_allclose(jacobian, difference, atol=1e-3)
    assert np.abs(jacobian).max() > 0.1


def observed_growth_per_step(network, steady, n_steps=2000, n_dropped=500):
    """Follow a small deviation through the true step, scaled back now and then."""
    model = network.assemble(1)
    coupling = network.coupling
    external = torch.tensor(coupling.constant_drive(steady.lgn_rate_hz))[:, None]
    recurrent = torch.tensor(coupling.recurrent.toarray())
    rate = torch.tensor(steady.rate_hz)[:, None]
    past = [rate] * coupling.n_blocks
    rest = model.steady(rate, Drive(recurrent @ torch.cat(past) + external, None))
    noise = torch.Generator().manual_seed(0)

    def around(part, deviation):
        if isinstance(part, tuple):
            pairs = zip(part, deviation, strict=True)
            return tuple(around(*pair) for pair in pairs)
        return part + deviation

    def scaled(part, factor):
        if isinstance(part, tuple):
            return tuple(scaled(item, factor) for item in part)
        return part * factor

    def random(part):
        if isinstance(part, tuple):
            return tuple(random(item) for item in part)
        return torch.randn(part.shape, generator=noise, dtype=torch.float64)

    state = type(rest)(*around(rest, scaled(random(rest), 1e-4)))
    log_scale, logs = 0.0, []
    for step in range(n_steps):
        now = model.rate(state, None)
        size = float((now - rate).norm())
        logs.append(np.log(size) + log_scale)
        past = [now, *past][: coupling.n_blocks]
        if step % 10 == 0:
            factor = 1e-4 / size
            log_scale -= np.log(factor)
            past = [rate + factor * (old - rate) for old in past]
            deviation = scaled(around(state, scaled(rest, -1.0)), factor)
            state = type(rest)(*around(rest, deviation))
            now = past[0]
        drive = Drive(recurrent @ torch.cat(past) + external, None)
        state = model.step(state, now, drive)
    steps = np.arange(n_dropped, n_steps)
    return np.polyfit(steps, logs[n_dropped:], 1)[0]


@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
@pytest.mark.parametrize(
    ("weight", "lgn_hz", "is_stable"),
    [(2.0, 30.0, True), (10.0, 300.0, False)],
    ids=["stable", "unstable"],
)
def test_growth_rate_is_what_a_small_deviation_does(
    make_network, variant, extended, weight, lgn_hz, is_stable
):
    network = rate_network(
        make_network(weight=weight, gain=1.0, seed=5, delays_ms=(3.8,)),
        **variant,
        cascade=extended,
        variance=extended,
        delays=True,
        dtype=torch.float64,
    )
    steady = network.steady_state(np.full(8, lgn_hz), tolerance_hz=1e-9)
    growth = network.linearise(steady).growth_per_ms()
    assert (growth < 0.0) == is_stable
    # 1500 steps of 1 ms: an oscillating mode wobbles by one e-fold of 60
    observed = observed_growth_per_step(network, steady)
    assert observed == pytest.approx(growth, rel=0.03)


def test_self_exciting_cell_has_the_eigenvalues_of_the_textbook(make_cells, variant):
    # r = F(2 r) with slope g of F(2 r): instantaneous (g - 1) / tau_s, equilibrium
    # (g - 1) / tau_r, low-pass the larger root of (1 + x tau_s)(1 + x tau_r) = g
    network = rate_network(self_exciting(make_cells), **variant)
    middle = brentq(lambda r: 3 * np.log1p(np.exp(2 * r - 6)) ** 0.5 - r, 1, 6)
    steady = network.steady_state([0.0], initial_hz=[middle])
    assert steady.rate_hz[0] == middle  # the unstable one of three fixed points
    soft = np.log1p(np.exp(2 * middle - 6))
    g = 3.0 / np.sqrt(soft) / (1 + np.exp(6 - 2 * middle))
    assert g > 1.1
    tau_s, tau_r = 8.0, variant["tau_r_ms"] or 1.0
    x = {
        "instantaneous": (g - 1) / tau_s,
        "equilibrium": (g - 1) / tau_r,
        "low_pass": max(np.roots([tau_s * tau_r, tau_s + tau_r, 1 - g])),
    }[variant["variant"]]
    linear = network.linearise(steady)
    assert linear.spectral_abscissa_per_ms() == pytest.approx(x, rel=1e-6)
    if variant["variant"] != "low_pass":
        q = np.exp(-network.dt_ms / (tau_s if tau_r == 1.0 else tau_r))
        assert linear.spectral_radius() == pytest.approx(q + (1 - q) * g, rel=1e-6)


def test_iterated_eigenvalues_equal_dense_ones(make_network, variant, monkeypatch):
    parts = {"cascade": True, "delays": True, "variance": True}
    network = network_of(make_network, variant, parts)
    linear = network.linearise(network.steady_state(LGN_HZ))
    dense = linear.spectral_abscissa_per_ms(), linear.spectral_radius()
    monkeypatch.setattr(stability, "DENSE_LIMIT", 10)
    iterated = linear.spectral_abscissa_per_ms(), linear.spectral_radius()
    # residuals of 1e-4 leave much smaller errors in the eigenvalue itself
    np.testing.assert_allclose(iterated, dense, rtol=1e-3)
