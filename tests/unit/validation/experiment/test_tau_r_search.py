"""The search for tau_r, on errors whose least is known."""

import numpy as np
import pytest

from bridge.column.populations import POPULATIONS
from bridge.rate_model import RateModel
from ratemodel.variants.registry import VARIANTS
from validation.experiment.tau_r import fit as module
from validation.experiment.tau_r.by_population import improve_by_population
from validation.experiment.tau_r.fit import fit_tau_r_ms

N = len(POPULATIONS)


class Bowl:
    """An error with its least where log tau_r is that of ``best_ms``."""

    def __init__(self, best_ms, coupling=0.0, flat_below_ms=0.0):
        self.flat_below_ms = flat_below_ms
        self.model = RateModel(variant="low_pass")
        self.clear = np.ones(N, dtype=bool)
        self.best, self.coupling = np.log(best_ms), coupling
        self.n_runs = 0

    def of(self, tau_r_ms):
        self.n_runs += len(tau_r_ms)
        away = np.log(np.maximum(tau_r_ms, self.flat_below_ms)) - self.best
        # each population is the worse the further the others are on its side
        pull = self.coupling * (away.sum(axis=1, keepdims=True) - away)
        return 0.01 + ((away + pull) ** 2).mean(axis=1) + 0.02 * (away**4).mean(axis=1)


def fitted(monkeypatch, best_ms, variant="low_pass", dt_ms=0.5, flat=0.0, **options):
    bowl = Bowl(best_ms, flat_below_ms=flat)
    monkeypatch.setattr(module, "CalibrationError", lambda *_, **__: bowl)
    model = RateModel(variant=variant, dt_ms=dt_ms)
    found = fit_tau_r_ms(None, model, (), None, bin_ms=10.0, drop_ms=0.0, **options)
    return found, bowl


@pytest.mark.parametrize("variant", ["low_pass", "equilibrium"])
@pytest.mark.parametrize("best_ms", [0.21, 0.7, 2.3, 11.0, 60.0])
def test_the_least_is_found_between_and_beyond_the_grid(monkeypatch, variant, best_ms):
    found, bowl = fitted(monkeypatch, best_ms, variant)
    # the bowl is a parabola but for a small fourth power
    assert found.tau_r_ms == pytest.approx(best_ms, rel=0.02)
    assert found.edge is None
    assert found.warning("x", 0.5) is None
    assert bowl.n_runs <= 3 * len(VARIANTS[variant].tau_r_grid_ms)


@pytest.mark.parametrize(
    ("best_ms", "edge", "words"),
    [
        (0.001, "lower", "the lower edge (0.05 ms): at dt 0.5 ms no inertia"),
        (1e5, "upper", "the upper edge (90 ms)"),
    ],
)
def test_an_edge_is_said(monkeypatch, best_ms, edge, words):
    found, _ = fitted(monkeypatch, best_ms)
    assert found.edge == edge
    assert words in found.warning("low_pass", 0.5)
    assert found.warning("low_pass", 0.5).startswith("low_pass: ")


def test_a_rate_without_inertia_is_an_edge(monkeypatch):
    """Far below the step exp(-dt / tau_r) is zero: no value is told from another."""
    found, _ = fitted(monkeypatch, 0.3, dt_ms=2.0, flat=0.4)
    assert found.edge == "lower"
    assert found.tau_r_ms == pytest.approx(0.2)
    # where it is told, a value below the step is as good as any other
    found, _ = fitted(monkeypatch, 0.3, dt_ms=2.0)
    assert found.edge is None
    assert found.tau_r_ms == pytest.approx(0.3, rel=0.02)


def test_populations_get_their_own(monkeypatch):
    best = np.geomspace(0.5, 8.0, N)
    found, _ = fitted(monkeypatch, best, by_population=True)
    np.testing.assert_allclose(found.tau_r_ms, best, rtol=0.15)  # the last step


@pytest.mark.parametrize("coupling", [-0.05, 0.2])
def test_what_is_kept_holds_once_all_have_theirs(coupling):
    """Coupled populations: alone each would go elsewhere."""
    bowl = Bowl(np.geomspace(0.5, 8.0, N), coupling)
    bowl.clear[3] = False
    single, before = 2.0, float(bowl.of(np.full((1, N), 2.0))[0])
    values, error = improve_by_population(bowl, single, before, 0.05, 90.0)
    assert error < 0.7 * before
    assert error == pytest.approx(float(bowl.of(np.array([values]))[0]), rel=0.02)
    assert values[3] == single


def test_where_nothing_gains_the_single_value_stays():
    bowl = Bowl(np.full(N, 2.0))
    values, error = improve_by_population(bowl, 2.0, 0.01, 0.05, 90.0)
    assert values == (2.0,) * N
    assert error == 0.01
