"""Small networks and stimuli for the tests of the rate model."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from bridge.column.edges import Edges
from bridge.reduction.moments.kernels import alpha_current_per_hz, alpha_variance_per_hz
from bridge.reduction.parameters import RateParameters
from bridge.reduction.transfer.function import TransferFunction
from bridge.stimulus.stimulus import Stimulus

EXCITATORY = (1, 5, 9, 13)


@pytest.fixture(autouse=True)
def _quiet(one_torch_thread):
    pass


def random_network(
    n: int = 30,
    n_lgn: int = 8,
    *,
    seed: int = 0,
    weight: float = 1.0,
    gain: float = 0.4,
    delays_ms: tuple[float, ...] = (1.2, 1.5, 1.8, 3.8),
) -> RateParameters:
    """Return a network whose cells fire at a few Hz, all receptors in use."""
    rng = np.random.default_rng(seed)
    population = np.sort(rng.integers(0, 17, n)).astype(np.int8)
    excitatory = np.isin(population, EXCITATORY)
    k, k_lgn = 10, 4
    source = np.concatenate([rng.choice(n, k, replace=False) for _ in range(n)])
    target = np.repeat(np.arange(n), k)
    size = rng.lognormal(2.5, 0.5, n * k) * weight
    recurrent = Edges(
        source,
        target,
        np.where(excitatory[source], size, -2.0 * size),
        rng.choice(delays_ms, n * k),
        np.where(excitatory[target], 0, 2) + ~excitatory[source],
        np.ones(n * k),
    )
    lgn_source = [rng.choice(n_lgn, k_lgn, replace=False) for _ in range(n)]
    lgn_target = np.repeat(np.arange(n), k_lgn)
    lgn_edges = Edges(
        np.concatenate(lgn_source),
        lgn_target,
        rng.lognormal(3.0, 0.3, n * k_lgn),
        np.full(n * k_lgn, 1.7),
        np.where(excitatory[lgn_target], 0, 2),
        np.ones(n * k_lgn),
    )
    tau_syn = np.tile([5.5, 8.5, 2.8, 5.8], (n, 1))
    tau_m, c_m = rng.uniform(10, 30, (n, 1)), rng.uniform(50, 120, (n, 1))
    constant = np.zeros((n, 4))
    constant[np.arange(n), np.where(excitatory, 0, 2)] = rng.uniform(20, 40, n)
    transfer = TransferFunction(
        gain=rng.uniform(0.5, 1.0, n) * gain,
        threshold_pa=rng.uniform(30, 60, n),
        width_pa=rng.uniform(10, 20, n),
        power=rng.uniform(0.9, 1.3, n),
        sigma_ref_mv=rng.uniform(3, 5, n),
        threshold_slope_pa=rng.uniform(-10, 0, n),
        threshold_curvature_pa=rng.uniform(-3, 3, n),
        width_slope=rng.uniform(0.5, 1, n),
        t_ref_ms=np.linspace(0.1, 0.4, n),
    )
    adapted = TransferFunction(**(vars(transfer) | {"gain": 0.8 * transfer.gain}))
    return RateParameters(
        column_hash="test",
        population=population,
        n_lgn=n_lgn,
        recurrent=recurrent,
        lgn_edges=lgn_edges,
        tau_syn_ms=tau_syn,
        tau_m_ms=np.broadcast_to(tau_m, (n, 1))[:, 0],
        leak_ns=np.broadcast_to(c_m / tau_m, (n, 1))[:, 0],
        threshold_mv=np.linspace(12, 20, n),
        tau_s_ms=rng.uniform(8, 14, n),
        current_per_hz=alpha_current_per_hz(tau_syn),
        variance_per_hz=alpha_variance_per_hz(tau_syn, tau_m, c_m),
        constant_current_pa=constant,
        constant_variance_mv2=np.where(constant > 0.0, rng.uniform(2, 6, (n, 1)), 0.0),
        transfer=transfer,
        transfer_adapted=adapted,
        adaptation_amp_pa=np.stack(
            [np.where(excitatory, -20.0, 0.0), rng.uniform(-9, -3, n)], axis=1
        ),
        adaptation_rate_per_ms=np.tile([0.03, 0.01], (n, 1)),
    )


def lgn_stimulus(
    n_lgn: int = 8,
    *,
    name: str = "waves",
    duration_ms: float = 600.0,
    dt_ms: float = 0.5,
    frequency_hz: float = 4.0,
    flash_ms: tuple[float, float] | None = None,
    pulse_pa: float | None = None,
) -> Stimulus:
    """Return modulated LGN rates, with a flash or a current pulse if asked."""
    time = np.arange(round(duration_ms / dt_ms)) * dt_ms
    phase = np.linspace(0.0, 1.0, n_lgn)
    wave = np.sin(2 * np.pi * frequency_hz * time[:, None] / 1000 + phase)
    rate = 10.0 * (1.0 + wave)
    if flash_ms is not None:
        rate[:] = 4.0
        rate[(time >= flash_ms[0]) & (time < flash_ms[1])] = 25.0
    current = None
    if pulse_pa is not None:
        on = (time >= 0.5 * duration_ms) & (time < 0.7 * duration_ms)
        current = np.outer(on, np.full(17, pulse_pa))
    return Stimulus(name, dt_ms, rate, current)


def bare_cells(n: int, n_lgn: int = 1, **changes: Any) -> RateParameters:
    """Return unconnected cells with F(I) = I (far above threshold), all time
    constants round numbers; keyword arguments replace fields.
    """
    zero = np.zeros((n, 4))
    no_edges = Edges([], [], [], [], [], [])
    line = TransferFunction(
        gain=np.ones(n),
        threshold_pa=np.full(n, -500.0),
        width_pa=np.ones(n),
        power=np.ones(n),
        sigma_ref_mv=np.ones(n),
        threshold_slope_pa=np.zeros(n),
        threshold_curvature_pa=np.zeros(n),
        width_slope=np.zeros(n),
        t_ref_ms=np.zeros(n),
    )
    fields = {
        "column_hash": "test",
        "population": np.zeros(n, dtype=np.int8),
        "n_lgn": n_lgn,
        "recurrent": no_edges,
        "lgn_edges": no_edges,
        "tau_syn_ms": np.full((n, 4), 4.0),
        "tau_m_ms": np.full(n, 15.0),
        "leak_ns": np.full(n, 5.0),
        "threshold_mv": np.full(n, 20.0),
        "tau_s_ms": np.full(n, 8.0),
        "current_per_hz": np.ones((n, 4)),
        "variance_per_hz": np.ones((n, 4)),
        "constant_current_pa": zero,
        "constant_variance_mv2": zero,
        "transfer": line,
        "transfer_adapted": line,
        "adaptation_amp_pa": np.zeros((n, 2)),
        "adaptation_rate_per_ms": np.full((n, 2), 0.1),
    }
    return RateParameters(**(fields | changes))


@pytest.fixture
def make_network() -> Callable[..., RateParameters]:
    return random_network


@pytest.fixture
def make_stimulus() -> Callable[..., Stimulus]:
    return lgn_stimulus


@pytest.fixture
def make_cells() -> Callable[..., RateParameters]:
    return bare_cells


VARIANTS = [("instantaneous", None), ("low_pass", 3.0), ("equilibrium", 12.0)]


@pytest.fixture(params=VARIANTS, ids=[name for name, _ in VARIANTS])
def variant(request) -> dict[str, Any]:
    """Name and tau_r of each variant, as keyword arguments of RateNetwork."""
    name, tau_r = request.param
    return {"variant": name, "tau_r_ms": tau_r}


@pytest.fixture(params=[False, True], ids=["plain", "extended"])
def extensions(request) -> dict[str, bool]:
    """All extensions off, all on."""
    names = ("cascade", "adaptation", "delays", "variance")
    return dict.fromkeys(names, request.param)
