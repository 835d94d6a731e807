"""What a rate network refuses, each with one line that names the culprit."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.errors import DeviceError, InputError

LOW_PASS = {"variant": "low_pass", "tau_r_ms": 3.0}
NO_GPU = not torch.cuda.is_available()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"variant": "lowpass"}, "'lowpass': there are instantaneous, low_pass, equ"),
        ({"variant": "low_pass"}, "the low_pass variant needs it"),
        (
            {"variant": "instantaneous", "tau_r_ms": 3.0},
            "instantaneous variant has none",
        ),
        (LOW_PASS | {"tau_r_ms": -1.0}, "tau_r_ms: a value is not a positive number"),
        (LOW_PASS | {"tau_r_ms": np.nan}, "tau_r_ms: a value is not a positive number"),
        (LOW_PASS | {"tau_r_ms": [1.0, 2.0]}, r"tau_r_ms has shape \(2,\)"),
        (LOW_PASS | {"tau_r_ms": np.ones((2, 3))}, r"tau_r_ms has shape \(2, 3\)"),
        (LOW_PASS | {"tau_r_ms": np.ones((1, 1, 1))}, r"tau_r_ms has shape"),
        (LOW_PASS | {"tau_r_ms": []}, r"tau_r_ms has shape \(0,\)"),
        (LOW_PASS | {"dt_ms": 0.0}, "dt_ms must be positive, not 0"),
        (LOW_PASS | {"dt_ms": np.nan}, "dt_ms must be positive, not nan"),
        (LOW_PASS | {"dtype": torch.int32}, "use float32 or float64"),
    ],
)
def test_unusable_options_are_refused(make_network, options, message):
    with pytest.raises(InputError, match=message) as refusal:
        rate_network(make_network(), **options)
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("device", "message"),
    [
        pytest.param(
            "cuda",
            "no GPU here",
            marks=pytest.mark.skipif(not NO_GPU, reason="has GPU"),
        ),
        ("tpu", "'tpu': use cpu, cuda or cuda:N"),
        ("cuda:x", "'cuda:x': use cpu, cuda or cuda:N"),
    ],
)
def test_absent_devices_are_refused(make_network, device, message):
    with pytest.raises(DeviceError, match=message):
        rate_network(make_network(), **LOW_PASS, device=device)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"n_lgn": 5}, "stimulus waves: rates of 5 LGN cells, the column has 8"),
        ({"dt_ms": 0.7}, "stimulus waves: its sample interval 0.7 ms is neither"),
    ],
)
def test_unfit_stimuli_are_refused(make_network, make_stimulus, changes, message):
    network = rate_network(make_network(), **LOW_PASS)
    with pytest.raises(InputError, match=message):
        network.run([make_stimulus(**changes)])


def test_unequal_durations_are_refused(make_network, make_stimulus):
    network = rate_network(make_network(), **LOW_PASS)
    stimuli = [make_stimulus(), make_stimulus(name="long", duration_ms=700.0)]
    with pytest.raises(InputError, match="stimulus long: lasts 700"):
        network.run(stimuli)
    with pytest.raises(InputError, match="no stimulus"):
        network.run([])


@pytest.mark.parametrize(
    ("current", "message"),
    [
        (np.zeros((1200, 16)), r"current_pa has shape \(1200, 16\), not \(1200, 17\)"),
        (np.full((1200, 17), np.inf), "current_pa has a value that is not finite"),
    ],
)
def test_unfit_currents_are_refused(make_network, make_stimulus, current, message):
    network = rate_network(make_network(), **LOW_PASS)
    stimulus = make_stimulus()
    # past the stimulus's own check, as a caller with a subclass could come
    object.__setattr__(stimulus, "current_pa", current)
    with pytest.raises(InputError, match=message):
        network.run([stimulus])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"bin_ms": 2.5}, "bin_ms 2.5 is not a multiple of dt_ms 1.0"),
        ({"bin_ms": 0.2}, "bin_ms 0.2 is not a multiple"),
        ({"drop_ms": 600.0}, "drop_ms 600.0 leaves no bin of a run of 600.0 ms"),
        ({"drop_ms": -10.0}, "drop_ms -10.0 leaves no bin"),
        ({"bin_ms": 1000.0}, "leaves no bin of a run of 0.0 ms"),
    ],
)
def test_unfit_bins_are_refused(make_network, make_stimulus, arguments, message):
    network = rate_network(make_network(), **LOW_PASS)
    with pytest.raises(InputError, match=message):
        network.run([make_stimulus()], **arguments)


def test_a_column_without_any_connection_runs(make_cells, make_stimulus):
    network = rate_network(
        make_cells(2, n_lgn=8), **LOW_PASS, cascade=True, delays=True
    )
    rates = network.run([make_stimulus()], drop_ms=500.0).neuron_rates
    np.testing.assert_allclose(rates, 500.0, rtol=1e-5)


def test_edges_beyond_the_cells_are_refused(make_network):
    parameters = make_network()
    edges = parameters.recurrent
    broken = replace(edges, source=np.where(edges.source == 3, 99, edges.source))
    with pytest.raises(InputError, match="have source 99, but there are 30"):
        replace(parameters, recurrent=broken)
