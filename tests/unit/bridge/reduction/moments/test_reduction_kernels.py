"""Charge and voltage variance of a synaptic event against brute force."""

import numpy as np
import pytest

from bridge.reduction.moments.kernels import (
    alpha_current_per_hz,
    alpha_decorrelation_per_ms2,
    alpha_variance_per_hz,
)


def _psp(tau_syn_ms, tau_m_ms, c_m_pf, dt_ms=0.01):
    time = np.arange(0.0, 600.0, dt_ms)
    current = np.e * time / tau_syn_ms * np.exp(-time / tau_syn_ms)
    impulse = np.exp(-time / tau_m_ms) / c_m_pf
    voltage = np.convolve(current, impulse)[: time.size] * dt_ms
    return current, voltage, dt_ms


@pytest.mark.parametrize("tau_syn_ms", [2.8, 5.5, 8.5])
def test_charge_is_the_area_of_the_alpha_current(tau_syn_ms):
    current, _, dt = _psp(tau_syn_ms, 20.0, 100.0)
    assert current.max() == pytest.approx(1.0, abs=1e-5)  # the peak is the weight
    # a Riemann sum at 0.01 ms is good to (dt / tau)^2
    area = current.sum() * dt / 1000.0
    assert alpha_current_per_hz(np.array(tau_syn_ms)) == pytest.approx(area, rel=1e-4)


@pytest.mark.parametrize("tau_syn_ms", [2.8, 5.5, 8.5])
@pytest.mark.parametrize("tau_m_ms", [7.0, 50.0])
def test_variance_is_the_integral_of_the_squared_response(tau_syn_ms, tau_m_ms):
    _, voltage, dt = _psp(tau_syn_ms, tau_m_ms, 120.0)
    expected = (voltage**2).sum() * dt / 1000.0
    found = alpha_variance_per_hz(
        np.array(tau_syn_ms), np.array(tau_m_ms), np.array(120.0)
    )
    # the discrete convolution is off by dt / tau_m at first order
    assert found == pytest.approx(expected, rel=5e-3)


@pytest.mark.parametrize("tau_syn_ms", [2.8, 8.5])
@pytest.mark.parametrize("tau_m_ms", [7.0, 50.0])
def test_decorrelation_is_velocity_over_variance(tau_syn_ms, tau_m_ms):
    _, voltage, dt = _psp(tau_syn_ms, tau_m_ms, 120.0)
    expected = (np.gradient(voltage, dt) ** 2).sum() / (voltage**2).sum()
    found = alpha_decorrelation_per_ms2(np.array(tau_syn_ms), np.array(tau_m_ms))
    # as above
    assert found == pytest.approx(expected, rel=5e-3)
