"""Every sabotage changes what it names, and nothing else."""

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.populations import CLASS_OF_POPULATION, POPULATIONS
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.transfer.points import theoretical_data
from bridge.stimulus.scenes.broadband import broadband
from bridge.stimulus.scenes.grating import grating
from ratemodel.variants.registry import VARIANTS
from validation.experiment.rate_models import respond
from validation.experiment.sabotages.permuted_lgn import permute_lgn
from validation.experiment.sabotages.registry import SABOTAGES
from validation.experiment.sabotages.removed_output import REMOVED, remove_output
from validation.experiment.sabotages.scaled_weights import scale_weights
from validation.experiment.sabotages.shifted_transfer import shift_transfer
from validation.experiment.sabotages.shuffled_weights import shuffle_weights
from validation.experiment.sabotages.slow_synapses import slow_synapses


@pytest.fixture(scope="module")
def column():
    return build_column(200, 1)


@pytest.fixture(scope="module")
def parameters(column) -> RateParameters:
    return reduce_column(column, theoretical_data(column, "siegert")).parameters


def _is_excitatory(parameters, index):
    return np.array([POPULATIONS[p][0] == "e" for p in parameters.population[index]])


def test_weights_are_scaled_by_the_sign_of_their_source(parameters):
    before = parameters.recurrent.weight_pa
    excitatory = _is_excitatory(parameters, parameters.recurrent.source)
    louder = scale_weights(parameters, 1.5, excitatory=True).recurrent.weight_pa
    np.testing.assert_allclose(louder[excitatory], 1.5 * before[excitatory])
    np.testing.assert_array_equal(louder[~excitatory], before[~excitatory])
    weaker = scale_weights(parameters, 0.5, excitatory=False).recurrent.weight_pa
    np.testing.assert_allclose(weaker[~excitatory], 0.5 * before[~excitatory])
    np.testing.assert_array_equal(weaker[excitatory], before[excitatory])


def test_shuffle_keeps_the_weights_of_each_pair_of_classes(parameters):
    edges = parameters.recurrent
    after = shuffle_weights(parameters).recurrent.weight_pa
    assert (after != edges.weight_pa).mean() > 0.5
    names = np.array([CLASS_OF_POPULATION[p] for p in POPULATIONS])
    source = names[parameters.population[edges.source]]
    target = names[parameters.population[edges.target]]
    for pair in {("e4", "e23"), ("i4", "e4")}:
        members = (source == pair[0]) & (target == pair[1])
        np.testing.assert_array_equal(
            np.sort(after[members]), np.sort(edges.weight_pa[members])
        )


def test_removed_population_sends_nothing(parameters):
    edges = remove_output(parameters, REMOVED).recurrent
    sent = parameters.population[edges.source] == POPULATIONS.index(REMOVED)
    assert sent.any()
    assert not edges.weight_pa[sent].any()
    np.testing.assert_array_equal(
        edges.weight_pa[~sent], parameters.recurrent.weight_pa[~sent]
    )


def test_slow_synapses_keep_their_charge(parameters):
    slow = slow_synapses(parameters, 3.0)
    np.testing.assert_allclose(slow.tau_syn_ms, 3.0 * parameters.tau_syn_ms)
    np.testing.assert_allclose(slow.tau_s_ms, 3.0 * parameters.tau_s_ms)
    np.testing.assert_array_equal(slow.current_per_hz, parameters.current_per_hz)


def test_transfer_moves_by_one_width(parameters):
    shifted = shift_transfer(parameters)
    mean = parameters.transfer.threshold_pa
    np.testing.assert_allclose(
        shifted.transfer.rate_hz(mean + parameters.transfer.width_pa),
        parameters.transfer.rate_hz(mean),
        rtol=1e-9,
    )


def test_permuted_lgn_holds_the_same_rates(column):
    stimulus = grating(column.lgn, direction_deg=0.0, duration_ms=600.0, onset_ms=0.0)
    other = permute_lgn(stimulus)
    assert (other.lgn_rate_hz != stimulus.lgn_rate_hz).any()
    np.testing.assert_array_equal(
        np.sort(other.lgn_rate_hz, axis=1), np.sort(stimulus.lgn_rate_hz, axis=1)
    )


@pytest.mark.parametrize("name", SABOTAGES)
def test_every_sabotage_reaches_the_response(column, parameters, name):
    stimuli = [
        broadband(column.lgn, modulation=1.0, duration_ms=900.0),
        grating(column.lgn, direction_deg=90.0, duration_ms=900.0, onset_ms=0.0),
    ]
    model = RateModel.of_form("low_pass", "extended", 2.0, 1.0)
    timing = {"bin_ms": 10.0, "drop_ms": 500.0}
    right = respond(model, parameters, stimuli, **timing)
    wrong = respond(model, parameters, stimuli, **timing, sabotage=name)
    assert wrong.name == name
    cells = np.bincount(parameters.population, minlength=len(POPULATIONS)) > 0
    scale = right.rates_hz[..., cells].std()
    # float32 rounding is below 1e-5 of the scale
    assert np.abs(wrong.rates_hz - right.rates_hz)[..., cells].max() > 1e-3 * scale
    if name == "time_reversed":
        np.testing.assert_array_equal(wrong.rates_hz, right.rates_hz[:, ::-1])


def test_a_variant_is_spared_what_changes_nothing_in_it():
    spared = {
        name: {kind for kind, own in VARIANTS.items() if not sabotage.changes(own)}
        for name, sabotage in SABOTAGES.items()
    }
    assert {name: kinds for name, kinds in spared.items() if kinds} == {
        "tau_s_x3": {"equilibrium"},
        "tau_r_x5": {"instantaneous"},
    }
