"""Each variant against its differential equation, integrated independently."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

DT_MS = 0.125
BIN_MS = 10.0


class Ode:
    """The continuous model in NumPy, written edge by edge, without delays."""

    def __init__(self, parameters, variant, tau_r_ms, extended):
        self.p, self.variant, self.extended = parameters, variant, extended
        self.tau_r = tau_r_ms
        self.n = parameters.n_cells
        self.f = parameters.transfer if extended else parameters.transfer_adapted
        n, p = self.n, parameters
        # dense [target, receptor, source]
        self.mean = np.zeros((n, 4, n))
        self.spread = np.zeros((n, 4, n))
        self.lgn_mean = np.zeros((n, 4, p.n_lgn))
        self.lgn_spread = np.zeros((n, 4, p.n_lgn))
        for edges, mean, spread in (
            (p.recurrent, self.mean, self.spread),
            (p.lgn_edges, self.lgn_mean, self.lgn_spread),
        ):
            for s, t, w, k in zip(
                edges.source, edges.target, edges.weight_pa, edges.receptor, strict=True
            ):
                mean[t, k, s] += w * p.current_per_hz[t, k]
                spread[t, k, s] += w**2 * p.variance_per_hz[t, k]
        self.constant_spread = p.constant_variance_mv2

    def initial(self):
        n, zeros = self.n, np.zeros
        return {
            "x1": zeros((2, n, 4)),
            "x2": zeros((2, n, 4)),
            "a": zeros((n, 2)),
            "r1": zeros(n),
            "r": zeros(n),
        }

    def response(self, channels, y, injected):
        mean = channels[0].sum(1) + injected
        if not self.extended:
            return self.f.rate_hz(mean)
        sigma = np.sqrt(np.maximum(channels[1].sum(1), 0.0))
        return self.f.rate_hz(mean + y["a"].sum(1), sigma)

    def rate(self, y, injected):
        if self.variant == "instantaneous":
            return self.response(y["x2"], y, injected)
        return y["r"]

    def slope(self, y, lgn, injected):
        p, rate = self.p, self.rate(y, injected)
        drive = np.stack(
            [
                self.mean @ rate + self.lgn_mean @ lgn + p.constant_current_pa,
                self.spread @ rate + self.lgn_spread @ lgn + self.constant_spread,
            ]
        )
        out = dict.fromkeys(y, 0.0)
        if self.extended:
            out["x1"] = (drive - y["x1"]) / p.tau_syn_ms
            out["x2"] = (y["x1"] - y["x2"]) / p.tau_syn_ms
            k = p.adaptation_rate_per_ms
            out["a"] = -k * y["a"] + p.adaptation_amp_pa * rate[:, None] / 1000.0
        else:
            out["x2"] = (drive - y["x2"]) / p.tau_s_ms[:, None]
        if self.variant == "low_pass":
            out["r"] = (self.response(y["x2"], y, injected) - rate) / self.tau_r
        elif self.variant == "equilibrium":
            target = self.response(drive, y, injected)
            if self.extended:
                out["r1"] = (target - y["r1"]) / (self.tau_r / 2)
                out["r"] = (y["r1"] - y["r"]) / (self.tau_r / 2)
            else:
                out["r"] = (target - y["r"]) / self.tau_r
        return out

    def run(self, stimulus, dt_ms):
        """Classical Runge-Kutta; returns population rates per bin."""
        y = self.initial()
        per_sample = round(stimulus.dt_ms / dt_ms)
        per_bin = round(BIN_MS / dt_ms)
        injected = np.zeros(self.n)
        rates = []
        for k, lgn in enumerate(stimulus.lgn_rate_hz.astype(float)):
            if stimulus.current_pa is not None:
                injected = stimulus.current_pa[k][self.p.population]
            for _ in range(per_sample):
                left = self.rate(y, injected)
                y = self.runge_kutta(y, lgn, injected, dt_ms)
                rates.append((left + self.rate(y, injected)) / 2)
        means = np.array(rates)
        return means.reshape(-1, per_bin, self.n).mean(axis=1)

    def runge_kutta(self, y, lgn, injected, h):
        def moved(slope, share):
            return {key: y[key] + share * h * slope[key] for key in y}

        k1 = self.slope(y, lgn, injected)
        k2 = self.slope(moved(k1, 0.5), lgn, injected)
        k3 = self.slope(moved(k2, 0.5), lgn, injected)
        k4 = self.slope(moved(k3, 1.0), lgn, injected)
        return {
            key: y[key] + h / 6 * (k1[key] + 2 * k2[key] + 2 * k3[key] + k4[key])
            for key in y
        }


@pytest.mark.agreement
@pytest.mark.parametrize("extended", [False, True], ids=["plain", "extended"])
def test_discrete_form_is_within_one_percent_of_the_ode(
    make_network, make_stimulus, variant, extended
):
    # one cell per population, so that no average hides an error
    parameters = replace(
        make_network(17, seed=3), population=np.arange(17, dtype=np.int8)
    )
    stimulus = make_stimulus(duration_ms=120.0, flash_ms=(30.0, 70.0), pulse_pa=20.0)
    network = rate_network(
        parameters,
        **variant,
        dt_ms=DT_MS,
        cascade=extended,
        adaptation=extended,
        variance=extended,
        dtype=torch.float64,
    )
    result = network.run([stimulus], bin_ms=BIN_MS, drop_ms=0.0)
    ode = Ode(parameters, variant["variant"], variant["tau_r_ms"], extended)
    expected = ode.run(stimulus, DT_MS / 10)
    error = np.abs(result.rates[0] - expected).max(axis=0)
    peak = expected.max(axis=0)
    assert (peak > 0.5).sum() >= 10
    # The criterion. First-order scheme: holding values delays a jump by
    # up to dt, which moves dt / bin = 1.25 % of it, less what filters smooth,
    # across the edge of a bin; smooth input is followed far more closely
    assert (error <= 0.01 * peak).all(), (error / peak).max()


@pytest.mark.agreement
def test_error_shrinks_in_proportion_to_the_step(make_network, make_stimulus, variant):
    parameters = make_network()
    stimulus = make_stimulus(flash_ms=(300.0, 400.0))
    rates = [
        rate_network(parameters, **variant, dt_ms=dt, dtype=torch.float64)
        .run([stimulus], drop_ms=0.0)
        .neuron_rates
        for dt in (0.5, 0.25, 0.125)
    ]
    coarse = np.abs(rates[0] - rates[1]).max()
    fine = np.abs(rates[1] - rates[2]).max()
    # first order halves the difference; second-order terms are dt/tau ~ 10 %
    assert 1.6 < coarse / fine < 2.5
