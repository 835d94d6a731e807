"""Rates, segments, bins and carried state of the trainable pass."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from rate_networks import rate_network

from bridge.column.edges import Edges
from bridge.errors import InputError
from ratemodel.connections import sparse_product
from ratemodel.gradients.sequence import RateSequence

N_LGN, BATCH = 8, 2


EXTENDED = dict.fromkeys(("cascade", "adaptation", "delays", "variance"), True)


@pytest.fixture(params=["plain", "extended", "membrane"])
def extensions(request):
    """The three forms."""
    return {
        "plain": dict.fromkeys(EXTENDED, False),
        "extended": EXTENDED,
        "membrane": EXTENDED | {"membrane": True},
    }[request.param]


def build(make_network, variant, extensions, dtype=torch.float64, **options):
    network = rate_network(make_network(), **variant, **extensions, dtype=dtype)
    return RateSequence(network, **options)


def weights_of(sequence):
    parameters = sequence.network.parameters
    return [
        torch.tensor(edges.weight_pa, requires_grad=True)
        for edges in (parameters.recurrent, parameters.lgn_edges)
    ]


def some_inputs(n_samples, dtype=torch.float64):
    generator = torch.Generator().manual_seed(1)
    return 20.0 * torch.rand(n_samples, N_LGN, BATCH, generator=generator, dtype=dtype)


def gradients(sequence, weights, rates):
    ramp = torch.linspace(-1.0, 1.0, rates.numel(), dtype=rates.dtype)
    return torch.autograd.grad((rates * ramp.view(rates.shape)).sum(), weights)


@pytest.mark.parametrize(
    ("dtype", "tolerance"),
    # float32: some hundred steps of round-off 6e-8 in a stable network
    [(torch.float64, 1e-10), (torch.float32, 2e-5)],
    ids=["float64", "float32"],
)
def test_rates_equal_those_of_the_network(
    make_network, make_stimulus, variant, extensions, dtype, tolerance
):
    stimulus = make_stimulus(dt_ms=1.0, duration_ms=200.0)
    sequence = build(make_network, variant, extensions, dtype)
    expected = sequence.network.run([stimulus], bin_ms=1.0, drop_ms=100.0)
    # one step more: the last bin ends with the rates after the last step
    inputs = torch.tensor(np.pad(stimulus.lgn_rate_hz, ((0, 1), (0, 0)), "edge"))
    rates = sequence(*weights_of(sequence), inputs[..., None]).rates.detach()
    rates = rates[..., 0].double().numpy()
    bins = 0.5 * (rates[:-1] + rates[1:])  # the network's bins are trapezoids
    limits = {"rtol": tolerance, "atol": tolerance}
    np.testing.assert_allclose(bins[100:].mean(0), expected.neuron_rates[0], **limits)
    population = sequence.network.parameters.population
    for p in np.unique(population):
        np.testing.assert_allclose(
            bins[:, population == p].mean(1), expected.rates[0, :, p], **limits
        )


def test_injected_current_acts_as_in_the_network(
    make_network, make_stimulus, variant, extensions
):
    stimulus = make_stimulus(dt_ms=1.0, duration_ms=100.0, pulse_pa=20.0)
    sequence = build(make_network, variant, extensions)
    expected = sequence.network.run([stimulus], bin_ms=1.0, drop_ms=99.0)
    population = sequence.network.parameters.population
    rates = sequence(
        *weights_of(sequence),
        torch.tensor(stimulus.lgn_rate_hz)[..., None],
        injected_pa=torch.tensor(stimulus.current_pa[:, population])[..., None],
    ).rates.detach()
    # steps whose neighbours have the same current: the trapezoid sees no jump
    for t in (20, 60, 90):
        mine = 0.5 * (rates[t] + rates[t + 1])[:, 0].numpy()
        for p in np.unique(population):
            wanted = expected.rates[0, t, p]
            assert mine[population == p].mean() == pytest.approx(wanted, rel=1e-10)


@pytest.mark.parametrize("segment_steps", [2, 10, 20])
def test_segments_change_nothing(make_network, variant, extensions, segment_steps):
    whole = build(make_network, variant, extensions, steps_per_bin=2)
    parts = build(
        make_network,
        variant,
        extensions,
        steps_per_bin=2,
        segment_steps=segment_steps,
    )
    weights, inputs = weights_of(whole), some_inputs(6)
    results = [
        sequence(*weights, inputs, steps_per_sample=8) for sequence in (whole, parts)
    ]
    assert torch.equal(results[0].rates, results[1].rates)
    pairs = zip(
        gradients(whole, weights, results[0].rates),
        gradients(parts, weights, results[1].rates),
        strict=True,
    )
    for expected, got in pairs:
        # the same products, summed in another order
        torch.testing.assert_close(got, expected, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("cut", [3, 10])
def test_two_sequences_continue_as_one(make_network, variant, extensions, cut):
    sequence = build(make_network, variant, extensions)
    weights, inputs = weights_of(sequence), some_inputs(20)
    whole = sequence(*weights, inputs)
    first = sequence(*weights, inputs[:cut])
    second = sequence(*weights, inputs[cut:], state=first.state)
    both = torch.cat((first.rates, second.rates))
    torch.testing.assert_close(both, whole.rates, rtol=1e-12, atol=1e-12)
    assert not any(
        tensor.requires_grad for tensor in (second.state.rates, second.state.inputs)
    )


def test_gradients_of_a_sequence_that_goes_on_are_those_of_library_products(
    make_network, variant, extensions, monkeypatch
):
    """Rates before the beginning reach into it by the delays."""
    sequence = build(make_network, variant, extensions)
    weights, inputs = weights_of(sequence), some_inputs(20)
    state = sequence(*weights, inputs[:10]).state
    assert (state.rates.shape[0] > 0) == extensions["delays"]

    def found():
        rates = sequence(*weights, inputs[10:], state=state).rates
        return gradients(sequence, weights, rates)

    compiled = found()
    monkeypatch.setattr(sparse_product, "csr_kernels", lambda: None)
    for mine, theirs in zip(compiled, found(), strict=True):
        assert theirs.any()
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)


def test_bins_are_means_over_their_steps(make_network, variant, extensions):
    fine = build(make_network, variant, extensions)
    coarse = build(make_network, variant, extensions, steps_per_bin=5)
    weights, inputs = weights_of(fine), some_inputs(20)
    means = fine(*weights, inputs).rates.unflatten(0, (4, 5)).mean(1)
    got = coarse(*weights, inputs).rates
    torch.testing.assert_close(got, means)
    for mine, theirs in zip(
        gradients(coarse, weights, got), gradients(fine, weights, means), strict=True
    ):
        torch.testing.assert_close(mine, theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("steps_per_bin", [1, 5])
def test_sequences_under_way_at_once_do_not_disturb_each_other(
    make_network, variant, extensions, steps_per_bin
):
    """Memory is used again, but not before it is free; and backward may come twice."""
    sequence = build(make_network, variant, extensions, steps_per_bin=steps_per_bin)
    weights, inputs = weights_of(sequence), some_inputs(20)
    alone = [
        gradients(sequence, weights, sequence(*weights, factor * inputs).rates)
        for factor in (1.0, 0.3)
    ]
    first = sequence(*weights, inputs).rates
    second = sequence(*weights, 0.3 * inputs).rates
    with torch.no_grad():
        sequence(*weights, 0.1 * inputs)
    for rates, expected in ((first, alone[0]), (second, alone[1]), (first, alone[0])):
        ramp = torch.linspace(-1.0, 1.0, rates.numel(), dtype=rates.dtype)
        loss = (rates * ramp.view(rates.shape)).sum()
        got = torch.autograd.grad(loss, weights, retain_graph=True)
        for mine, theirs in zip(got, expected, strict=True):
            torch.testing.assert_close(mine, theirs, rtol=1e-12, atol=1e-12)


def test_stored_rates_cannot_be_changed_in_place(make_network):
    sequence = build(make_network, {"variant": "instantaneous"}, {})
    rates = sequence(*weights_of(sequence), some_inputs(5)).rates
    with pytest.raises(RuntimeError, match="modified inplace"):
        rates *= 2.0


def test_without_gradients_the_rates_are_the_same(make_network, variant, extensions):
    sequence = build(make_network, variant, extensions)
    weights, inputs = weights_of(sequence), some_inputs(10)
    expected = sequence(*weights, inputs).rates
    with torch.inference_mode():
        got = sequence(*weights, inputs).rates
    assert torch.equal(got, expected)
    assert not got.requires_grad


def test_gradcheck_on_a_tiny_network(make_network, variant, extensions):
    network = rate_network(
        make_network(n=12, n_lgn=5), **variant, **extensions, dtype=torch.float64
    )
    sequence = RateSequence(network, steps_per_bin=3, segment_steps=6)
    inputs = 20.0 * torch.rand(4, 5, 2, dtype=torch.float64)
    rates = lambda *weights: sequence(*weights, inputs, steps_per_sample=3).rates  # noqa: E731
    assert torch.autograd.gradcheck(rates, weights_of(sequence), fast_mode=True)


def test_double_connections_share_an_entry_and_have_each_their_gradient(
    make_network, variant, extensions
):
    single = make_network()
    edges = {name: np.tile(value, 2) for name, value in vars(single.recurrent).items()}
    edges["weight_pa"] = 0.5 * edges["weight_pa"]
    doubled = rate_network(
        replace(single, recurrent=Edges(**edges)),
        **variant,
        **(extensions | {"variance": False, "membrane": False}),
        dtype=torch.float64,
    )
    sequence = RateSequence(doubled)
    weights, inputs = weights_of(sequence), some_inputs(10)
    rates = sequence(*weights, inputs).rates
    plain = build(
        make_network, variant, extensions | {"variance": False, "membrane": False}
    )
    expected = plain(*weights_of(plain), inputs).rates
    torch.testing.assert_close(rates, expected, rtol=1e-12, atol=1e-12)
    halves = gradients(sequence, weights, rates)[0].view(2, -1)
    torch.testing.assert_close(halves[0], halves[1])


def test_a_saturated_cell_has_no_gradient(make_cells):
    """Two cells at the ceiling of 1/t_ref, their f beyond where it is cut."""
    edges = Edges([0, 1], [1, 0], [1.0, 1.0], [1.0, 1.0], [0, 0], [1, 1])
    cells = make_cells(2, recurrent=edges, constant_current_pa=np.full((2, 4), 1e6))
    refractory = replace(cells.transfer_adapted, t_ref_ms=np.ones(2))
    cells = replace(cells, transfer_adapted=refractory)
    sequence = RateSequence(
        rate_network(cells, variant="low_pass", tau_r_ms=5.0, dtype=torch.float64)
    )
    weights = weights_of(sequence)
    inputs = torch.zeros(50, 1, 1, dtype=torch.float64)
    rates = sequence(*weights, inputs).rates
    assert rates[-1].min() > 990.0
    late = rates[-1].sum() - rates[-2].sum()
    assert torch.autograd.grad(late, weights)[0].abs().max() < 1e-3


BAD_CALLS = [
    ("recurrent_pa has shape", lambda w, x: ((w[0][:-1], w[1], x), {})),
    ("lgn_pa has shape", lambda w, x: ((w[0], w[1][:-1], x), {})),
    ("input_hz has shape", lambda w, x: ((*w, x[0]), {})),
    ("injected_pa has shape", lambda w, x: ((*w, x), {"injected_pa": x})),
    ("not a whole number of bins", lambda w, x: ((*w, x[:3]), {})),
]


@pytest.mark.parametrize(("message", "call"), BAD_CALLS, ids=[m for m, _ in BAD_CALLS])
def test_a_shape_that_does_not_fit_is_refused(make_network, message, call):
    sequence = build(make_network, {"variant": "instantaneous"}, {}, steps_per_bin=2)
    arguments, named = call(weights_of(sequence), some_inputs(4))
    with pytest.raises(InputError, match=message):
        sequence(*arguments, **named)


def test_a_state_of_another_batch_is_refused(make_network):
    sequence = build(make_network, {"variant": "instantaneous"}, {})
    with pytest.raises(InputError, match="state is of 5 trials, the input of 2"):
        sequence(*weights_of(sequence), some_inputs(4), state=sequence.rest(5))


def test_cells_without_connections_run(make_cells):
    cells = make_cells(3, constant_current_pa=np.full((3, 4), 10.0))
    network = rate_network(cells, variant="instantaneous", dtype=torch.float64)
    inputs = torch.zeros(30, 1, 2, dtype=torch.float64)
    for product in ("sparse", "dense"):
        sequence = RateSequence(network, product=product)
        rates = sequence(*weights_of(sequence), inputs).rates
        # F(I) = I + 500; the current rises with the time constant of 8 ms
        rise = 500.0 - 40.0 * np.expm1(-np.arange(30) / 8.0)
        np.testing.assert_allclose(rates[:, 0, 0].detach(), rise, rtol=1e-12)


def test_options_that_do_not_fit_are_refused(make_network):
    one = {"variant": "low_pass", "tau_r_ms": 3.0}
    with pytest.raises(InputError, match="not a multiple"):
        build(make_network, one, {}, segment_steps=5, steps_per_bin=2)
    with pytest.raises(InputError, match="start at 1"):
        build(make_network, one, {}, steps_per_bin=0)
    sweep = {"variant": "low_pass", "tau_r_ms": [[3.0], [6.0]]}
    with pytest.raises(InputError, match="sweeps tau_r"):
        build(make_network, sweep, {})
