"""Other routes to the same sequence: full matrices, compiled steps, CUDA graphs."""

import importlib
import sys
from pathlib import Path

import pytest
import torch
from rate_networks import rate_network

from bridge.errors import DeviceError
from ratemodel.gradients.captured_sequence import CapturedSequence, FlatSequence
from ratemodel.gradients.sequence import RateSequence
from ratemodel.variants.contract import flatten

BENCHMARKS = Path(__file__).resolve().parents[4] / "benchmarks"
gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")


def setting(make_network, variant, extensions, device="cpu", dtype=torch.float64):
    network = rate_network(
        make_network(), **variant, **extensions, dtype=dtype, device=device
    )
    parameters = network.parameters
    weights = [
        torch.tensor(e.weight_pa, dtype=dtype, device=device, requires_grad=True)
        for e in (parameters.recurrent, parameters.lgn_edges)
    ]
    generator = torch.Generator().manual_seed(4)
    # Drawn in one type: another one would draw other numbers.
    inputs = 20.0 * torch.rand(12, 8, 3, generator=generator, dtype=torch.float64)
    return network, weights, inputs.to(device, dtype)


def rates_and_gradients(call, weights, inputs):
    rates = call(*weights, inputs).rates
    return rates.detach().clone(), torch.autograd.grad(rates.square().sum(), weights)


def assert_same(got, expected, rtol):
    torch.testing.assert_close(got[0].cpu(), expected[0].cpu(), rtol=rtol, atol=1e-9)
    for mine, theirs in zip(got[1], expected[1], strict=True):
        difference = (mine.cpu() - theirs.cpu()).norm() / theirs.cpu().norm()
        assert difference < rtol


def test_full_matrices_give_the_same(make_network, variant, extensions):
    network, weights, inputs = setting(make_network, variant, extensions)
    results = [
        rates_and_gradients(RateSequence(network, product=product), weights, inputs)
        for product in ("sparse", "dense")
    ]
    assert_same(*results, rtol=1e-11)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning:torch.*")
@pytest.mark.parametrize("membrane", [False, True])
def test_compiled_steps_give_the_same(make_network, membrane):
    variant = {"variant": "low_pass", "tau_r_ms": 3.0}
    names = ("cascade", "adaptation", "delays", "variance", *["membrane"] * membrane)
    network, weights, inputs = setting(
        make_network, variant, dict.fromkeys(names, True)
    )
    results = [
        rates_and_gradients(RateSequence(network, compiled=compiled), weights, inputs)
        for compiled in (True, False)
    ]
    assert_same(*results, rtol=1e-11)


def test_the_flat_function_that_is_captured_carries_the_state(
    make_network, variant, extensions
):
    network, weights, inputs = setting(make_network, variant, extensions)
    sequence = RateSequence(network)
    flat = FlatSequence(sequence, batch=3)
    first = flat(*weights, inputs[:5], *flatten(flat.rest))
    second = flat(*weights, inputs[5:], *first[1:])
    whole = sequence(*weights, inputs).rates
    torch.testing.assert_close(torch.cat((first[0], second[0])), whole)


def test_a_capture_without_a_gpu_is_refused(make_network, variant):
    network, weights, inputs = setting(make_network, variant, {})
    with pytest.raises(DeviceError, match="on a GPU only; this one is on cpu"):
        CapturedSequence(RateSequence(network), *weights, inputs)


@pytest.mark.gpu
@gpu
@pytest.mark.parametrize("product", ["sparse", "dense"])
def test_a_gpu_gives_what_the_cpu_gives(make_network, variant, extensions, product):
    network, weights, inputs = setting(make_network, variant, extensions)
    expected = rates_and_gradients(RateSequence(network), weights, inputs)
    network, weights, inputs = setting(
        make_network, variant, extensions, "cuda", torch.float32
    )
    sequence = RateSequence(network, product=product)
    got = rates_and_gradients(sequence, weights, inputs)
    # single precision, 12 steps: sums of some ten products each
    assert_same((got[0].double(), [g.double() for g in got[1]]), expected, rtol=1e-4)


@pytest.mark.gpu
@gpu
@pytest.mark.parametrize("product", ["sparse", "dense"])
def test_a_captured_sequence_gives_the_same_twice(
    make_network, variant, extensions, product
):
    network, weights, inputs = setting(
        make_network, variant, extensions, "cuda", torch.float32
    )
    sequence = RateSequence(network, product=product)
    captured = CapturedSequence(sequence, *weights, inputs)
    for factor in (1.0, 0.5):
        expected = rates_and_gradients(sequence, weights, factor * inputs)
        got = rates_and_gradients(captured, weights, factor * inputs)
        assert_same(got, expected, rtol=1e-5)


@pytest.mark.parametrize("form", ["plain", "extended"])
def test_the_gpu_benchmark_runs_on_a_small_network(make_network, monkeypatch, form):
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    benchmark = importlib.import_module("gpu_rate_model")
    for name in ("gpu_rate_model", "dense_loop", "rate_speed"):
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(torch, "compile", lambda function, **_: function)
    report = benchmark.time_size(
        make_network(), "cpu", form=form, batch=2, n_steps=20, turns=1
    )
    assert report["chosen"] == {"float32": "SparseProduct", "mixed": "SparseProduct"}
    assert not [name for name, times in report["times"].items() if "error" in times]
    routes = {"sparse, eager", "sparse, compiled, eager", "dense, eager"}
    assert routes <= set(report["times"])
    assert report["best over floor"] > 0.0
