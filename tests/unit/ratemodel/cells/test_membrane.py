"""The membrane against counted crossings, an ODE solver and the extended form."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network
from scipy.integrate import solve_ivp
from scipy.signal import lfilter

from bridge.errors import InputError
from bridge.reduction.transfer.function import TransferFunction
from ratemodel.cells.membrane import Membrane, MembraneState
from ratemodel.cells.transfer import TorchTransfer

TAU_M, TAU_SYN, LEAK, THRESHOLD = 20.0, 5.5, 5.0, 15.0
EXTENDED = {"cascade": True, "adaptation": True, "delays": True, "variance": True}


def _membrane(dt_ms=0.1):
    one = np.ones(1)
    return Membrane.from_arrays(
        TAU_M * one,
        LEAK * one,
        THRESHOLD * one,
        TAU_SYN * one[None],
        dt_ms,
        torch.float64,
        torch.device("cpu"),
    )


def _transfer(gain=1e4):
    one = np.ones(1)
    function = TransferFunction(
        gain=gain * one,
        threshold_pa=LEAK * THRESHOLD * one,
        width_pa=10.0 * one,
        power=one,
        sigma_ref_mv=4.0 * one,
        threshold_slope_pa=0.0 * one,
        threshold_curvature_pa=0.0 * one,
        width_slope=0.5 * one,
        t_ref_ms=0.0 * one,
    )
    return TorchTransfer.from_numpy(function, torch.float64, torch.device("cpu"))


def _column(*values):
    return torch.tensor([[float(v)] for v in values], dtype=torch.float64)


def _count_upward_crossings(mean_mv, sigma, velocity):
    """Return the rate, Hz, of paths that pass ``mean_mv`` at the velocity."""
    dt, n, warm, steps, middle = 0.05, 4000, 2400, 400, slice(120, 280)
    count, n_batches = 0, 4
    for seed in range(n_batches):
        noise = np.random.default_rng(seed).standard_normal((n, warm + steps))
        for tau in (TAU_SYN, TAU_SYN, TAU_M):
            decay = np.exp(-dt / tau)
            noise = lfilter([1.0 - decay], [1.0, -decay], noise, axis=1)
        noise = noise[:, warm:]
        time = (np.arange(steps) - steps / 2) * dt
        path = sigma * noise / noise.std() + velocity * time + mean_mv
        crossings = (path[:, :-1] < THRESHOLD) & (path[:, 1:] >= THRESHOLD)
        count += crossings[:, middle].sum()
    return count / (n_batches * n * 160 * dt) * 1e3


@pytest.mark.parametrize("velocity", [-0.3, 0.4, 1.2])
def test_extra_rate_is_that_of_counted_upward_crossings(velocity):
    mean_mv, sigma = 11.0, 4.0
    counted = _count_upward_crossings(mean_mv, sigma, velocity)
    at_rest = _count_upward_crossings(mean_mv, sigma, 0.0)
    # F far above the crossings, so that min() takes those
    transfer, membrane = _transfer(), _membrane()
    lagged = _column(LEAK * mean_mv)
    mean = lagged + LEAK * TAU_M * velocity
    variance = _column(sigma**2)[None]
    states = membrane.steady(lagged, variance)
    above = torch.special.ndtr(_column((mean_mv - THRESHOLD) / sigma))
    still = transfer(torch.lerp(lagged, mean, above), variance[0])
    found = membrane.crossings(transfer, states, mean, variance)
    extra = float(found.rate - still)
    # about 2,000 crossings each: 2.5 % of either rate; the window is 8 ms wide
    # and the mean moves in it by up to 1.2 sigma, which adds 2 %
    assert extra == pytest.approx(counted - at_rest, abs=0.05 * (counted + at_rest))


def _flat(states):
    return np.concatenate([part.numpy().ravel() for part in states])


def _unflat(values):
    lagged, free, *moments = torch.tensor(values, dtype=torch.float64)
    return MembraneState(
        lagged.reshape(1, 1),
        free.reshape(1, 1),
        torch.stack(moments)[None, None, :, None],
    )


def test_a_step_is_the_solution_of_the_differential_equations():
    transfer, variance = _transfer(gain=2.0), _column(16.0)[None]
    mean, drive = _column(70.0), _column(25.0)[None]
    states = _membrane().steady(_column(40.0), 0.5 * variance)
    states = states._replace(free=_column(0.9))

    def slope(_, y):
        now = _unflat(y)
        crossings = _membrane().crossings(transfer, now, mean, variance)
        return _flat(_membrane().derivative(now, mean, drive, crossings))

    exact = solve_ivp(slope, (0, 10), _flat(states), rtol=1e-9, atol=1e-9)
    for _ in range(1000):
        crossings = _membrane().crossings(transfer, states, mean, variance)
        states = _membrane(0.01).step(states, mean, drive, crossings)
    # first order in the step: dt / tau of the change
    assert _flat(states) == pytest.approx(exact.y[:, -1], rel=5e-4)


@pytest.mark.parametrize("variant", ["instantaneous", "low_pass", "equilibrium"])
def test_the_steady_state_is_that_of_the_extended_form(
    variant, make_network, make_stimulus
):
    parameters, stimulus = make_network(), make_stimulus()
    tau = {} if variant == "instantaneous" else {"tau_r_ms": 4.0}
    constant = replace(
        stimulus, lgn_rate_hz=np.full_like(stimulus.lgn_rate_hz[:1], 6.0), dt_ms=4000.0
    )
    network = rate_network(
        parameters, variant=variant, dt_ms=0.5, membrane=True, **EXTENDED, **tau
    )
    steady = network.steady_state(constant.lgn_rate_hz[0])
    run = network.run([constant], drop_ms=3900.0)
    # single precision, and 4 s of the slowest adaptation (100 ms)
    assert run.neuron_rates[0] == pytest.approx(steady.rate_hz, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize("variant", ["instantaneous", "low_pass", "equilibrium"])
def test_the_linearisation_knows_the_membrane(variant, make_network):
    parameters = make_network()
    tau = {} if variant == "instantaneous" else {"tau_r_ms": 4.0}
    network = rate_network(
        parameters,
        variant=variant,
        dt_ms=0.5,
        membrane=True,
        dtype=torch.float64,
        **EXTENDED,
        **tau,
    )
    steady = network.steady_state(np.full(parameters.n_lgn, 6.0))
    linear = network.linearise(steady)
    assert linear.spectral_abscissa_per_ms() < 0.0
    assert linear.spectral_radius() < 1.0


def test_the_membrane_needs_the_variance(make_network):
    with pytest.raises(InputError, match="needs the variance"):
        rate_network(make_network(), variant="instantaneous", membrane=True)
