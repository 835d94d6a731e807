"""Exact solutions of one cell."""

import dataclasses

import numpy as np
import pytest
from small_column import make_column

from spiking.brian.brian_network import build_brian_network
from spiking.brian.brian_session import brian2_calls
from spiking.cells.glif3 import refractory_steps
from spiking.network.network_arrays import network_arrays

DT_MS = 0.1


def _psp(peak_pa: float, receptor: int, duration_ms: float) -> np.ndarray:
    """Voltage of cell 0 (mV above E_L) after one arrival at t = delay + dt."""
    column = make_column(background_hz=0.0)
    edges = dataclasses.replace(
        column.lgn_edges,
        **{
            name: np.asarray([value])
            for name, value in {
                "source": 0,
                "target": 0,
                "weight_pa": peak_pa,
                "delay_ms": 2.0,
                "receptor": receptor,
                "n_synapses": 1,
            }.items()
        },
    )
    arrays = network_arrays(dataclasses.replace(column, lgn_edges=edges), DT_MS)
    with brian2_calls() as b:
        b.prefs["codegen.target"] = "numpy"
        built = build_brian_network(arrays.structure, arrays)
        built.sources.set_spikes([0], [0] * b.ms)
        voltage = b.StateMonitor(built.cells, "v", record=[0], when="end")
        built.network.add(voltage)
        built.network.run(duration_ms * b.ms, namespace={})
        return np.asarray(voltage.v[0])


@pytest.mark.parametrize(("receptor", "tau_ms"), [(0, 5.5), (1, 8.5)])
def test_one_spike_gives_the_exact_psp(receptor, tau_ms):
    # C dV/dt = -g V + w e/tau s exp(-s/tau), solved by variation of constants
    v = _psp(40.0, receptor, 60.0)
    tau_m_ms = 80.0 / 5.2
    s = (np.arange(v.size) + 1) * DT_MS - 2.0 - DT_MS
    s = np.maximum(s, 0.0)
    delta = 1.0 / tau_ms - 1.0 / tau_m_ms
    exact = 40.0 * np.e / tau_ms / 80.0 * np.exp(-s / tau_m_ms)
    exact *= (1.0 - np.exp(-delta * s) * (1.0 + delta * s)) / delta**2
    # both are solutions of a linear equation: only rounding is left
    np.testing.assert_allclose(v, exact, atol=1e-11)


def test_alpha_current_has_its_peak_and_its_charge():
    v = _psp(40.0, 0, 300.0)
    # current from the voltage it causes; the derivative costs O(dt^2 / tau^2)
    middle = 0.5 * (v[1:] + v[:-1])
    current_pa = 80.0 * np.diff(v) / DT_MS + 5.2 * middle
    assert current_pa.max() == pytest.approx(40.0, rel=1e-3)
    assert np.argmax(current_pa) * DT_MS == pytest.approx(2.0 + 5.5, abs=2 * DT_MS)
    # all charge e tau w leaves through the leak; 300 ms are 20 time constants
    assert 5.2 * v.sum() * DT_MS == pytest.approx(np.e * 5.5 * 40.0, rel=1e-3)


@pytest.mark.parametrize(
    ("t_ref_ms", "dt_ms", "steps"),
    # measured with NEST 3.10 for the periods that are no multiple of dt
    [
        (3.75, 0.1, 38),
        (3.75, 0.5, 8),
        (3.75, 1.0, 4),
        (2.05, 0.1, 21),
        (2.05, 0.5, 5),
        (2.05, 1.0, 3),
        (2.1, 0.1, 21),  # 2.1 / 0.1 is above 21 in floating point
        (3.0, 0.1, 30),
    ],
)
def test_refractory_period_is_rounded_up_to_steps(t_ref_ms, dt_ms, steps):
    assert refractory_steps(np.array([t_ref_ms]), dt_ms)[0] == steps


def test_glif1_is_the_case_without_after_spike_currents():
    column = make_column(background_hz=0.0)
    models = dataclasses.replace(column.cell_models, asc_amps_pa=np.zeros((2, 2)))
    lif = dataclasses.replace(column, cell_models=models)
    parameters = network_arrays(lif, DT_MS).parameters
    assert not parameters["asc_amp_0"].any()
    assert not parameters["asc_amp_1"].any()
    assert network_arrays(column, DT_MS).parameters["asc_amp_1"].all()
