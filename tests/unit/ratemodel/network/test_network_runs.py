"""Runs of the rate network: batches, sweeps, number types, bins, stimuli."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.edges import Edges
from bridge.column.populations import POPULATIONS
from bridge.rate_model import RateModel
from bridge.stimulus.stimulus import Stimulus
from ratemodel.connections.channels import receptor_channels

DOUBLE = {"dtype": torch.float64}


def test_batch_equals_single_runs(make_network, make_stimulus, variant, extensions):
    network = rate_network(make_network(), **variant, **extensions, **DOUBLE)
    stimuli = [
        make_stimulus(name="a", frequency_hz=3.0),
        make_stimulus(name="b", dt_ms=1.0, flash_ms=(200.0, 300.0)),
        make_stimulus(name="c", dt_ms=2.0, pulse_pa=15.0),
    ]
    together = network.run(stimuli)
    assert together.rates.shape == (3, 60, 17)
    assert [s.name for s in together.stimuli] == ["a", "b", "c"]
    for index, stimulus in enumerate(stimuli):
        alone = network.run([stimulus])
        # sums in another order: rounding only
        for name in ("rates", "neuron_rates"):
            got, expected = getattr(together, name)[index], getattr(alone, name)[0]
            np.testing.assert_allclose(got, expected, rtol=1e-9)
    assert not np.allclose(
        together.neuron_rates[0], together.neuron_rates[1], rtol=0.01
    )


@pytest.mark.parametrize("name", ["low_pass", "equilibrium"])
def test_sweep_equals_separate_runs(make_network, make_stimulus, name, extensions):
    parameters = make_network()
    per_population = np.linspace(2.0, 9.0, 17)
    taus = np.stack([np.full(17, 3.0), per_population])
    stimuli = [make_stimulus(frequency_hz=f, pulse_pa=f) for f in (2.0, 9.0)]
    swept = rate_network(
        parameters, variant=name, tau_r_ms=taus, **extensions, **DOUBLE
    ).run(stimuli)
    assert swept.rates.shape == (2, 2, 60, 17)
    assert swept.to_dataset()["population_rate"].dims[0] == "sweep"
    for index, tau in enumerate((3.0, per_population[parameters.population])):
        alone = rate_network(
            parameters, variant=name, tau_r_ms=tau, **extensions, **DOUBLE
        ).run(stimuli)
        np.testing.assert_allclose(swept.rates[index], alone.rates, rtol=1e-9)
        np.testing.assert_allclose(
            swept.neuron_rates[index], alone.neuron_rates, rtol=1e-9
        )


def test_single_precision_agrees(make_network, make_stimulus, variant, extensions):
    parameters, stimulus = make_network(), make_stimulus()
    single, double = (
        rate_network(parameters, **variant, **extensions, dtype=dtype)
        .run([stimulus])
        .neuron_rates
        for dtype in (torch.float32, torch.float64)
    )
    # rounding of 6e-8, amplified by the argument of F (about 10) and the network
    np.testing.assert_allclose(single, double, rtol=2e-4, atol=1e-6)
    assert (single != double).any()


def test_step_may_differ_from_the_sampling_of_the_stimulus(make_network, make_stimulus):
    parameters = make_network()
    network = rate_network(parameters, variant="instantaneous", dt_ms=1.0, **DOUBLE)
    coarse = make_stimulus(dt_ms=2.0, pulse_pa=10.0)
    repeated = Stimulus(
        "repeated",
        1.0,
        coarse.lgn_rate_hz.repeat(2, axis=0),
        coarse.current_pa.repeat(2, axis=0),
    )
    fine = make_stimulus(dt_ms=0.5, pulse_pa=10.0)
    averaged = Stimulus(
        "averaged",
        1.0,
        fine.lgn_rate_hz.reshape(-1, 2, 8).mean(axis=1),
        fine.current_pa.reshape(-1, 2, 17).mean(axis=1),
    )
    for given, same in ((coarse, repeated), (fine, averaged)):
        got, expected = network.run([given]).rates, network.run([same]).rates
        # stimuli hold single precision
        np.testing.assert_allclose(got, expected, rtol=1e-5)


def test_injected_current_bypasses_the_synapses(make_cells):
    # F(I) = I + 500: the instantaneous rate jumps with the current, exactly
    parameters = make_cells(3, population=np.array([1, 1, 5]))
    current = np.zeros((60, 17))
    current[20:, 1] = 7.0
    stimulus = Stimulus("s", 1.0, np.zeros((60, 1)), current)
    network = rate_network(parameters, variant="instantaneous", **DOUBLE)
    result = network.run([stimulus], bin_ms=5.0, drop_ms=20.0)
    expected = 500.0 + 7.0 * (np.arange(12) >= 4)
    np.testing.assert_allclose(result.rates[0, :, 1], expected, rtol=1e-12)
    np.testing.assert_allclose(result.rates[0, :, 5], 500.0, rtol=1e-12)
    np.testing.assert_allclose(result.neuron_rates[0], [507, 507, 500], rtol=1e-12)


def test_injected_current_inside_a_bin_is_averaged_exactly(make_cells):
    current = np.zeros((40, 17))
    current[13:, 0] = 8.0
    stimulus = Stimulus("s", 1.0, np.zeros((40, 1)), current)
    network = rate_network(make_cells(1), variant="instantaneous", **DOUBLE)
    rates = network.run([stimulus], bin_ms=10.0, drop_ms=0.0).rates[0, :, 0]
    np.testing.assert_allclose(rates, 500 + np.array([0, 8 * 0.7, 8, 8]), rtol=1e-12)


def test_population_rates_are_means_of_cells(make_network, make_stimulus, variant):
    parameters = make_network(n=40)
    network = rate_network(parameters, **variant, **DOUBLE)
    result = network.run([make_stimulus()], drop_ms=300.0)
    late = result.rates[0, 30:].mean(axis=0)
    for index in range(len(POPULATIONS)):
        cells = parameters.population == index
        if cells.any():
            mean = result.neuron_rates[0, cells].mean()
            assert late[index] == pytest.approx(mean, rel=1e-12)
        else:
            assert np.isnan(late[index])


def test_runs_start_at_rest_and_before_the_lgn_arrives(make_cells):
    parameters = make_cells(1, lgn_edges=Edges([0], [0], [1.0], [5.0], [0], [1]))
    stimulus = Stimulus("s", 1.0, np.full((20, 1), 100.0))
    network = rate_network(parameters, variant="instantaneous", delays=True, **DOUBLE)
    rates = network.run([stimulus], bin_ms=1.0, drop_ms=0.0).rates[0, :, 0]
    np.testing.assert_allclose(rates[:5], 500.0, rtol=1e-12)
    assert (np.diff(rates[4:]) > 0).all()


def test_runaway_network_stays_finite(make_network, make_stimulus, variant):
    parameters = make_network(weight=30.0)
    edges = parameters.recurrent
    excited = replace(edges, weight_pa=np.abs(edges.weight_pa))
    network = rate_network(replace(parameters, recurrent=excited), **variant)
    rates = network.run([make_stimulus()]).neuron_rates
    assert np.isfinite(rates).all()
    assert rates.max() > 900.0


def test_extensions_change_the_result(make_network, make_stimulus, variant):
    parameters, stimulus = make_network(), make_stimulus(flash_ms=(300.0, 400.0))
    plain = rate_network(parameters, **variant, **DOUBLE).run([stimulus], drop_ms=300.0)
    for name in ("cascade", "adaptation", "delays", "variance"):
        option = {name: True}
        other = rate_network(parameters, **variant, **option, **DOUBLE)
        rates = other.run([stimulus], drop_ms=300.0).rates
        change = np.nanmax(np.abs(rates - plain.rates)) / np.nanmax(plain.rates)
        assert change > 0.005, name


def test_a_cell_has_a_slot_for_each_receptor_it_uses(make_network):
    parameters = make_network()
    channels = receptor_channels(parameters, has_variance=True)
    assert channels.n_slots == 2  # of 4 ports, no cell uses more than 2
    edges = parameters.recurrent
    rows = channels.row(edges.target, edges.receptor, 1)
    tau = channels.tau_rows_ms[rows]
    expected = parameters.tau_syn_ms[edges.target, edges.receptor]
    np.testing.assert_array_equal(tau, expected)
    assert rows.min() >= 2 * parameters.n_cells  # the variance follows the mean


def test_dataset_names_dimensions_and_units(make_network, make_stimulus):
    network = rate_network(make_network(), variant="low_pass", tau_r_ms=3.0)
    data = network.run([make_stimulus(name="x")], bin_ms=20.0, drop_ms=60.0)
    data = data.to_dataset()
    assert data["population_rate"].dims == ("stimulus", "time", "population")
    assert data["neuron_rate"].dims == ("stimulus", "neuron")
    assert (
        data["population_rate"].attrs["units"]
        == data["neuron_rate"].attrs["units"]
        == "Hz"
    )
    assert list(data["time"].values[:3]) == [60.0, 80.0, 100.0]
    assert list(data["population"].values) == list(POPULATIONS)
    model = RateModel.model_validate_json(data.attrs["rate_model"])
    assert model == network.model


def test_progress_adds_up(make_network, make_stimulus):
    class Recorder:
        def __init__(self):
            self.calls = []

        def start(self, task, total):
            self.calls.append(("start", total))

        def advance(self, task, amount=1.0):
            self.calls.append(("advance", amount))

        def finish(self, task):
            self.calls.append(("finish", None))

    progress = Recorder()
    network = rate_network(make_network(), variant="instantaneous")
    network.run([make_stimulus()], progress=progress)
    assert progress.calls[0] == ("start", 600.0)
    assert progress.calls[-1] == ("finish", None)
    assert sum(a for kind, a in progress.calls if kind == "advance") == 600.0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_cuda_agrees_with_cpu(make_network, make_stimulus, variant, extensions):
    parameters = make_network()
    stimuli = [make_stimulus(), make_stimulus(pulse_pa=10.0)]
    runs = [
        rate_network(parameters, **variant, **extensions, **DOUBLE, device=device)
        .run(stimuli)
        .rates
        for device in ("cpu", "cuda")
    ]
    np.testing.assert_allclose(runs[0], runs[1], rtol=1e-9)
