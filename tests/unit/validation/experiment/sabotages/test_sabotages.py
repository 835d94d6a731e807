"""Every sabotage changes what it says, as much as it says, and nothing else."""

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.edges import Edges
from bridge.column.populations import CLASS_OF_POPULATION, POPULATIONS
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.function import TransferFunction
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.scenes.broadband import broadband
from bridge.stimulus.scenes.grating import grating
from ratemodel.variants.registry import VARIANTS
from validation.experiment.rate_models import respond
from validation.experiment.sabotages.connections.removed_output import REMOVED
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.sabotages.spoil import respond_spoiled, spoil_response

TIMING = {"bin_ms": 10.0, "drop_ms": 500.0}
MODEL = RateModel.of_form("low_pass", "membrane", 2.0, 1.0)

WEIGHTS = {"recurrent.weight_pa"}
F = ("transfer", "transfer_adapted")
CHANGED = {
    "weights_shuffled": WEIGHTS,
    "connections_removed": WEIGHTS,
    "excitation_scaled": WEIGHTS,
    "inhibition_scaled": WEIGHTS,
    "signs_swapped": WEIGHTS,
    "output_removed": WEIGHTS,
    "delays_scaled": {"recurrent.delay_ms", "lgn_edges.delay_ms"},
    "synapses_slowed": {"tau_syn_ms", "tau_s_ms"},
    "transfer_shifted": {f"{f}.threshold_pa" for f in F},
    "variance_frozen": {
        f"{f}.{name}"
        for f in F
        for name in ("threshold_slope_pa", "threshold_curvature_pa", "width_slope")
    },
    "adaptation_scaled": {"adaptation_amp_pa"},
    "background_scaled": {"constant_current_pa", "constant_variance_mv2"},
}
"""Which parameters each may touch; the others touch none."""

ALL = [(name, s) for name, sabotage in SABOTAGES.items() for s in sabotage.strengths]


@pytest.fixture(scope="module")
def column():
    return build_column(200, 1)


@pytest.fixture(scope="module")
def parameters(column) -> RateParameters:
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


@pytest.fixture(scope="module")
def stimuli(column):
    return [
        broadband(column.lgn, modulation=1.0, duration_ms=900.0),
        grating(column.lgn, direction_deg=90.0, duration_ms=900.0, onset_ms=0.0),
    ]


@pytest.fixture(scope="module")
def right(parameters, stimuli):
    return respond(MODEL, parameters, stimuli, **TIMING)


def arrays(parameters):
    found = {}
    for field in fields(parameters):
        value = getattr(parameters, field.name)
        if isinstance(value, Edges | TransferFunction):
            found |= {f"{field.name}.{k}": v for k, v in vars(value).items()}
        else:
            found[field.name] = value
    return found


def changed(before, after):
    a, b = arrays(before), arrays(after)
    return {name for name in a if not np.array_equal(a[name], b[name])}


def spoiled(parameters, name, strength):
    change = SABOTAGES[name].at(strength).parameters
    return parameters if change is None else change(parameters)


def cell_is_excitatory(parameters):
    return np.array([POPULATIONS[p][0] == "e" for p in parameters.population])


def test_there_are_enough_of_them_and_each_has_three_strengths():
    assert len(SABOTAGES) >= 12
    for sabotage in SABOTAGES.values():
        assert len(set(sabotage.strengths)) == 3
        words = [sabotage.words(s) for s in sabotage.strengths]
        assert len(set(words)) == 3


@pytest.mark.parametrize(("name", "strength"), ALL)
def test_nothing_else_is_changed(parameters, stimuli, name, strength):
    change = SABOTAGES[name].at(strength)
    found = changed(parameters, spoiled(parameters, name, strength))
    assert found == CHANGED.get(name, set())
    # of parameters, stimulus, response and tau_r each touches one
    touched = (change.parameters, change.stimulus, change.response)
    assert sum(part is not None for part in touched) + (change.tau_r_added_ms > 0) == 1


@pytest.mark.parametrize("name", SABOTAGES)
def test_every_sabotage_reaches_the_response(parameters, stimuli, right, name):
    sabotage = SABOTAGES[name]
    cells = np.bincount(parameters.population, minlength=len(POPULATIONS)) > 0
    scale = right.rates_hz[..., cells].std()
    distances = []
    for strength in sabotage.strengths:
        options = {"sabotage": name, "strength": strength}
        wrong = respond_spoiled(MODEL, parameters, stimuli, **TIMING, **options)
        assert wrong.name == f"low_pass_membrane/{name}/{strength:g}"
        change = wrong.rates_hz[..., cells] - right.rates_hz[..., cells]
        distances.append(np.sqrt((change**2).mean()) / scale)
        if not sabotage.at(strength).needs_run:
            again = spoil_response(right, MODEL, name, strength, TIMING["bin_ms"])
            np.testing.assert_array_equal(again.rates_hz, wrong.rates_hz)
    # float32 rounding is below 1e-5 of the scale
    assert distances[2] > 1e-4
    # the first is the most blatant, but for shuffles, which are a draw each
    assert distances[0] > distances[2]


@pytest.mark.parametrize(
    ("name", "excitatory"), [("excitation_scaled", True), ("inhibition_scaled", False)]
)
def test_weights_are_scaled_by_the_kind_of_their_source(parameters, name, excitatory):
    edges = parameters.recurrent
    chosen = cell_is_excitatory(parameters)[edges.source] == excitatory
    for factor in SABOTAGES[name].strengths:
        after = spoiled(parameters, name, factor).recurrent.weight_pa
        np.testing.assert_allclose(after[chosen], factor * edges.weight_pa[chosen])
        np.testing.assert_array_equal(after[~chosen], edges.weight_pa[~chosen])


@pytest.mark.parametrize("share", SABOTAGES["weights_shuffled"].strengths)
def test_a_shuffle_keeps_the_weights_of_each_pair_of_classes(parameters, share):
    edges = parameters.recurrent
    after = spoiled(parameters, "weights_shuffled", share).recurrent.weight_pa
    # equal weights change places unseen
    assert 0.5 * share < (after != edges.weight_pa).mean() <= share + 0.01
    names = np.array([CLASS_OF_POPULATION[p] for p in POPULATIONS])
    source = names[parameters.population[edges.source]]
    target = names[parameters.population[edges.target]]
    for pair in {("e4", "e23"), ("i4", "e4")}:
        members = (source == pair[0]) & (target == pair[1])
        np.testing.assert_array_equal(
            np.sort(after[members]), np.sort(edges.weight_pa[members])
        )


@pytest.mark.parametrize("share", SABOTAGES["output_removed"].strengths)
def test_a_share_of_a_population_sends_nothing(parameters, share):
    edges = spoiled(parameters, "output_removed", share).recurrent
    members = np.flatnonzero(parameters.population == POPULATIONS.index(REMOVED))
    sent = np.array([np.abs(edges.weight_pa[edges.source == m]).sum() for m in members])
    before = parameters.recurrent
    has_output = np.isin(members, before.source)
    assert (sent[has_output] == 0.0).sum() >= round(share * len(members)) - 1
    assert ((sent == 0.0) & has_output).sum() <= round(share * len(members))
    others = ~np.isin(edges.source, members)
    np.testing.assert_array_equal(edges.weight_pa[others], before.weight_pa[others])


@pytest.mark.parametrize("share", SABOTAGES["connections_removed"].strengths)
def test_a_share_of_the_connections_is_gone(parameters, share):
    before = parameters.recurrent.weight_pa
    after = spoiled(parameters, "connections_removed", share).recurrent.weight_pa
    assert (after == 0.0).mean() == pytest.approx(share, abs=1e-3)
    np.testing.assert_array_equal(after[after != 0.0], before[after != 0.0])


@pytest.mark.parametrize("share", SABOTAGES["signs_swapped"].strengths)
def test_some_excitatory_cells_inhibit(parameters, share):
    edges = parameters.recurrent
    after = spoiled(parameters, "signs_swapped", share).recurrent.weight_pa
    turned = np.unique(edges.source[after == -edges.weight_pa])
    excitatory = cell_is_excitatory(parameters)
    assert excitatory[turned].all()
    n_excitatory = int(excitatory.sum())
    # a cell without output cannot be counted
    assert round(share * n_excitatory) * 0.9 - 1 <= turned.size
    assert turned.size <= round(share * n_excitatory)
    np.testing.assert_array_equal(np.abs(after), np.abs(edges.weight_pa))
    # whole cells: all of their output, none of the others'
    mine = np.isin(edges.source, turned)
    assert (after[mine] == -edges.weight_pa[mine]).all()
    assert (after[~mine] == edges.weight_pa[~mine]).all()


def test_numbers_are_multiplied_by_what_is_said(parameters):
    for name, keys in (
        ("delays_scaled", ("recurrent.delay_ms", "lgn_edges.delay_ms")),
        ("synapses_slowed", ("tau_syn_ms", "tau_s_ms")),
        ("adaptation_scaled", ("adaptation_amp_pa",)),
        ("background_scaled", ("constant_current_pa", "constant_variance_mv2")),
    ):
        for factor in SABOTAGES[name].strengths:
            after = arrays(spoiled(parameters, name, factor))
            for key in keys:
                np.testing.assert_allclose(after[key], factor * arrays(parameters)[key])


def test_transfer_moves_by_so_many_widths(parameters):
    right = parameters.transfer
    for widths in SABOTAGES["transfer_shifted"].strengths:
        shifted = spoiled(parameters, "transfer_shifted", widths).transfer
        np.testing.assert_allclose(
            shifted.rate_hz(right.threshold_pa + widths * right.width_pa),
            right.rate_hz(right.threshold_pa),
            rtol=1e-9,
        )


def test_frozen_functions_do_not_see_the_noise(parameters):
    right = parameters.transfer
    frozen = spoiled(parameters, "variance_frozen", 1.0).transfer
    current = right.threshold_pa + 20.0
    at_work = right.rate_hz(current)
    np.testing.assert_allclose(
        frozen.rate_hz(current, 1.5 * right.sigma_ref_mv), at_work
    )
    noisier = right.rate_hz(current, 1.5 * right.sigma_ref_mv)
    assert (np.abs(noisier - at_work) > 0.01 * at_work).mean() > 0.5


@pytest.mark.parametrize("share", SABOTAGES["lgn_permuted"].strengths)
def test_permuted_lgn_holds_the_same_rates(stimuli, share):
    before = stimuli[1].lgn_rate_hz
    after = SABOTAGES["lgn_permuted"].at(share).stimulus(stimuli[1]).lgn_rate_hz
    moved = (after != before).any(axis=0).mean()
    assert 0.9 * share < moved <= share + 0.01
    np.testing.assert_array_equal(np.sort(after, axis=1), np.sort(before, axis=1))


def test_time_runs_backwards_within_its_windows(right):
    rates = np.arange(2 * 40 * 17.0).reshape(2, 40, 17)
    change = SABOTAGES["time_reversed"].at
    np.testing.assert_array_equal(change(1000.0).response(rates, 10.0), rates[:, ::-1])
    found = change(100.0).response(rates, 10.0)
    np.testing.assert_array_equal(found[:, 0], rates[:, 9])
    np.testing.assert_array_equal(found[:, 10], rates[:, 19])
    found = change(30.0).response(rates, 10.0)
    # 13 windows of three bins, and one bin that is left
    np.testing.assert_array_equal(found[:, [0, 38, 39]], rates[:, [2, 36, 39]])


def test_a_late_response_is_late_by_what_is_said():
    ramp = np.tile(np.arange(40.0)[None, :, None], (1, 1, 17))  # 1 Hz a bin of 10 ms
    for delay_ms in SABOTAGES["response_late"].strengths:
        late = SABOTAGES["response_late"].at(delay_ms).response(ramp, 10.0)
        np.testing.assert_allclose(late[:, 5:], ramp[:, 5:] - delay_ms / 10.0)


def test_a_flatter_response_keeps_its_mean(right):
    rates = np.nan_to_num(right.rates_hz)
    flat = SABOTAGES["modulation_scaled"].at(0.6).response(rates, 10.0)
    np.testing.assert_allclose(flat.mean(axis=(0, 1)), rates.mean(axis=(0, 1)))
    np.testing.assert_allclose(flat.std(axis=(0, 1)), 0.6 * rates.std(axis=(0, 1)))


def test_tau_r_grows_by_what_is_said(parameters, stimuli):
    options = {"sabotage": "rates_slowed", "strength": 10.0}
    wrong = respond_spoiled(MODEL, parameters, stimuli, **TIMING, **options)
    same = respond(MODEL.with_tau_r(12.0), parameters, stimuli, **TIMING)
    np.testing.assert_array_equal(wrong.rates_hz, same.rates_hz)


def test_a_model_is_spared_what_changes_nothing_in_it():
    spared = {
        (name, model.name)
        for name, sabotage in SABOTAGES.items()
        for variant in VARIANTS
        for model in (
            RateModel.of_form(variant, "plain"),
            RateModel.of_form(variant, "extended"),
        )
        if not sabotage.changes(model)
    }
    plain = {
        (name, variant)
        for name in ("delays_scaled", "variance_frozen", "adaptation_scaled")
        for variant in VARIANTS
    }
    without_tau_s = {
        ("synapses_slowed", name) for name in ("equilibrium", "equilibrium_extended")
    }
    without_tau_r = {
        ("rates_slowed", name) for name in ("instantaneous", "instantaneous_extended")
    }
    assert spared == plain | without_tau_s | without_tau_r


def test_the_reference_page_lists_them_all():
    page = Path(__file__).parents[5] / "docs" / "reference" / "controls.md"
    text = page.read_text(encoding="utf-8")
    for name, sabotage in SABOTAGES.items():
        words = "; ".join(sabotage.words(s) for s in sabotage.strengths)
        assert f"| `{name}` | {words} |" in text
