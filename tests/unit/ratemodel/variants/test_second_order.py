"""Forms with delays: halving the step leaves a quarter of the error."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.edges import Edges
from bridge.stimulus.stimulus import Stimulus
from ratemodel.cells.trapezoid import Trapezoid
from ratemodel.variants.contract import Drive, flatten

EXTENDED = dict.fromkeys(("cascade", "adaptation", "delays", "variance"), True)
DURATION_MS, FINE_MS = 240.0, 0.25


@pytest.fixture(params=[False, True], ids=["extended", "membrane"])
def form(request):
    return EXTENDED | {"membrane": request.param}


@pytest.fixture(
    params=[
        ("instantaneous", None),
        ("low_pass", 0.5),
        ("low_pass", 9.0),
        ("equilibrium", 12.0),
    ],
    ids=["instantaneous", "low_pass_fast", "low_pass_slow", "equilibrium"],
)
def model(request):
    name, tau_r = request.param
    return {"variant": name, "tau_r_ms": tau_r}


def waves(sample_ms):
    """LGN rates that start at zero, each sample the mean of the same wave."""
    time = (np.arange(DURATION_MS / FINE_MS) + 0.5) * FINE_MS / 1e3
    phase = np.linspace(0.0, 1.0, 8)
    wave = 1.0 - np.cos(2 * np.pi * 4.0 * time[:, None])
    rates = 10.0 * wave * (1.0 + 0.5 * np.sin(2 * np.pi * 9.0 * time[:, None] + phase))
    per_sample = round(sample_ms / FINE_MS)
    return Stimulus("waves", sample_ms, rates.reshape(-1, per_sample, 8).mean(1))


def flash():
    rates = np.full((round(DURATION_MS / 20.0), 8), 4.0)
    rates[4:8] = 25.0
    return Stimulus("flash", 20.0, rates)


def rates_at(parameters, model, form, stimulus, dt_ms):
    network = rate_network(
        parameters, **model, **form, dt_ms=dt_ms, dtype=torch.float64
    )
    return network.run([stimulus], bin_ms=20.0, drop_ms=0.0).rates[0]


def errors(parameters, model, form, stimulus_of):
    fine = rates_at(parameters, model, form, stimulus_of(FINE_MS), FINE_MS)
    return [
        np.nanmax(np.abs(rates_at(parameters, model, form, stimulus_of(dt), dt) - fine))
        / np.nanmax(fine)
        for dt in (5.0, 2.5, 1.25)
    ]


def test_error_under_smooth_input_falls_fourfold(make_network, model, form):
    parameters = make_network(weight=1.5, delays_ms=(0.9, 1.2, 1.8, 3.8))
    coarse, middle, fine = errors(parameters, model, form, waves)
    # 4 but for terms of third order and the error of the reference (4 % of fine);
    # the plain scheme, delays in whole steps: 1.5 to 2.3
    assert 3.1 < coarse / middle < 5.0
    assert 3.1 < middle / fine < 5.0
    assert coarse < 0.02


@pytest.mark.parametrize("variant_name", ["instantaneous", "low_pass"])
def test_error_of_a_flash_falls_fourfold(make_network, variant_name, form):
    """Jumps of the LGN act through filters; equilibrium reads F of a mixed step."""
    model = {
        "variant": variant_name,
        "tau_r_ms": 1.5 if variant_name == "low_pass" else None,
    }
    parameters = make_network(weight=1.5, delays_ms=(0.9, 1.2, 1.8, 3.8))
    coarse, middle, fine = errors(parameters, model, form, lambda _: flash())
    assert 3.1 < coarse / middle < 5.0
    assert 3.1 < middle / fine < 5.0


@pytest.mark.parametrize("dt_ms", [1.0, 5.0])
def test_the_steady_state_stands_still(make_network, model, form, dt_ms):
    network = rate_network(
        make_network(), **model, **form, dt_ms=dt_ms, dtype=torch.float64
    )
    steady = network.steady_state(np.full(8, 8.0), tolerance_hz=1e-11)
    coupling, variant = network.coupling, network.assemble(1)
    rate = torch.tensor(steady.rate_hz)[:, None]
    past = np.tile(steady.rate_hz, coupling.n_blocks)
    drive = coupling.recurrent @ past + coupling.constant_drive(steady.lgn_rate_hz)
    drive = Drive(torch.tensor(drive)[:, None], None)
    state = variant.steady(rate, drive)
    torch.testing.assert_close(variant.rate(state, None), rate, rtol=1e-9, atol=1e-9)
    following = variant.step(state, rate, drive)
    # the solver's residual, and rounding
    for now, later in zip(flatten(state), flatten(following), strict=True):
        torch.testing.assert_close(later, now, rtol=1e-9, atol=1e-9)


def test_a_step_that_starts_from_rest_starts_at_zero(make_network, model, form):
    network = rate_network(make_network(), **model, **form, dtype=torch.float64)
    variant = network.assemble(1)
    rate = variant.rate(variant.init(2), None)
    if model["variant"] != "instantaneous":
        torch.testing.assert_close(rate, torch.zeros_like(rate), rtol=0, atol=1e-12)


@pytest.mark.parametrize("dt_ms", [0.5, 5.0])
def test_a_jump_of_the_current_is_neither_early_nor_late(make_cells, model, dt_ms):
    """Mean times of a pulse in a chain 0 -> 1 of linear cells: its delays add up."""
    parameters = make_cells(
        2,
        population=np.array([0, 1]),
        recurrent=Edges([0], [1], [0.5], [1.6], [0], [1]),
    )
    n_steps = round(400.0 / dt_ms)
    pulse = np.zeros((n_steps, 17))
    first = n_steps // 4
    pulse[first : first + 4, 0] = 100.0
    silent = np.zeros((n_steps, 1))
    with_pulse, without = (
        rate_network(
            parameters, **model, cascade=True, delays=True, dt_ms=dt_ms,
            dtype=torch.float64,
        ).run([Stimulus("s", dt_ms, silent, own)], bin_ms=dt_ms, drop_ms=0.0).rates[0]
        for own in (pulse, 0.0 * pulse)
    )  # fmt: skip
    time = (np.arange(n_steps) + 0.5 - first - 2.0) * dt_ms
    response = (with_pulse - without)[:, :2]
    mean = (response * time[:, None]).sum(0) / response.sum(0)
    tau_r = model["tau_r_ms"] or 0.0
    tau_s = 0.0 if model["variant"] == "equilibrium" else 8.0
    # two poles of held input are late by a term of fourth order; half a step is 2.5
    slack = 1e-3 + 1e-4 * dt_ms**4
    assert mean[0] == pytest.approx(tau_r, abs=slack)
    assert mean[1] == pytest.approx(2.0 * tau_r + tau_s + 1.6, abs=slack)


@pytest.mark.parametrize("tau", [0.01, 1.5, 400.0])
def test_trapezoid_is_exact_for_straight_lines(tau):
    dt = 5.0
    filtered = Trapezoid.from_tau(torch.tensor([[tau]], dtype=torch.float64), dt)
    knots = torch.tensor([3.0, 7.0, -2.0, 4.0], dtype=torch.float64)
    value, carried = 1.0, 1.0 - filtered.newest * knots[0]
    for start, end in pairwise(knots):
        # x = u - s tau + (x0 - u0 + s tau) exp(-t / tau) for u = u0 + s t
        late = (end - start) / dt * tau
        value = end - late + (value - start + late) * np.exp(-dt / tau)
        carried = filtered.carry(carried, filtered.value(carried, start))
        got = filtered.value(carried, end)
        torch.testing.assert_close(got, value.reshape(1, 1), rtol=1e-9, atol=1e-9)
