"""Discrete filters against the closed form and the matrix exponential."""

import numpy as np
import pytest
import torch
from scipy.linalg import expm

from ratemodel.cells.adaptation import Adaptation
from ratemodel.cells.filters import AlphaCascade, SinglePole

TAU_MS = 5.5
# exact propagators: only rounding is left after some hundred steps
ROUNDING = {"rtol": 1e-12, "atol": 1e-13}


def step_response(kernel, dt_ms: float, n_steps: int) -> np.ndarray:
    tau = torch.tensor([[TAU_MS]], dtype=torch.float64)
    filtered, one = kernel.from_tau(tau, dt_ms), torch.ones(1, 1, dtype=torch.float64)
    stages = (torch.zeros(1, 1, dtype=torch.float64),) * filtered.n_stages
    response = [0.0]
    for _ in range(n_steps):
        stages = filtered.step(stages, one)
        response.append(float(stages[-1]))
    return np.array(response)


@pytest.mark.parametrize("dt_ms", [0.1, 1.0, 7.0])
def test_single_pole_step_response_is_exact(dt_ms):
    time = np.arange(101) * dt_ms
    expected = 1.0 - np.exp(-time / TAU_MS)
    np.testing.assert_allclose(
        step_response(SinglePole, dt_ms, 100), expected, **ROUNDING
    )


@pytest.mark.parametrize("dt_ms", [0.1, 1.0, 7.0])
def test_alpha_cascade_step_response_is_exact(dt_ms):
    time = np.arange(101) * dt_ms / TAU_MS
    expected = 1.0 - (1.0 + time) * np.exp(-time)
    np.testing.assert_allclose(
        step_response(AlphaCascade, dt_ms, 100), expected, **ROUNDING
    )


def test_alpha_cascade_is_the_matrix_exponential():
    dt_ms = 1.3
    rng = np.random.default_rng(0)
    first, second, target = rng.normal(size=3)
    system = np.array([[-1, 0, 1], [1, -1, 0], [0, 0, 0]]) / TAU_MS
    expected = expm(system * dt_ms) @ [first, second, target]
    tau = torch.tensor([[TAU_MS]], dtype=torch.float64)
    values = (
        torch.full((1, 1), x, dtype=torch.float64) for x in (first, second, target)
    )
    first, second, target = values
    got = AlphaCascade.from_tau(tau, dt_ms).step((first, second), target)
    np.testing.assert_allclose([float(x) for x in got], expected[:2], rtol=1e-13)


@pytest.mark.parametrize("kernel", [SinglePole, AlphaCascade])
def test_derivative_is_the_limit_of_the_step(kernel):
    dt_ms = 1e-6
    rng = np.random.default_rng(1)
    filtered = kernel.from_tau(torch.tensor([[TAU_MS]], dtype=torch.float64), dt_ms)
    stages = tuple(torch.tensor(rng.normal(size=(2, filtered.n_stages, 1, 1)))[0])
    target = torch.tensor(rng.normal(size=(1, 1)))
    slopes = filtered.derivative(stages, target)
    after = filtered.step(stages, target)
    for slope, old, new in zip(slopes, stages, after, strict=True):
        # second-order term dt / tau and cancellation eps / dt: both < 1e-6
        assert float((new - old) / dt_ms) == pytest.approx(float(slope), abs=1e-6)


def test_adaptation_step_response_is_exact():
    amplitude, decay, rate_hz, dt_ms = -20.0, 0.03, 40.0, 2.0
    adaptation = Adaptation.from_arrays(
        np.array([[amplitude, 0.0]]),
        np.array([[decay, 0.3]]),
        dt_ms,
        torch.float64,
        torch.device("cpu"),
    )
    assert adaptation.n_components == 1  # the other one has amplitude 0
    current = torch.zeros(1, 1, 1, dtype=torch.float64)
    rate = torch.full((1, 1), rate_hz, dtype=torch.float64)
    got = [current := adaptation.step(current, rate) for _ in range(200)]
    time = np.arange(1, 201) * dt_ms
    expected = amplitude * rate_hz / 1000 / decay * (1.0 - np.exp(-decay * time))
    np.testing.assert_allclose(torch.stack(got).flatten(), expected, **ROUNDING)
    assert float(adaptation.steady(rate)) == pytest.approx(
        amplitude / decay * rate_hz / 1000, rel=1e-14
    )
