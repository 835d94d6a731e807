from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.populations import POPULATIONS
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus
from bridge.stimulus.stimulus_info import StimulusInfo
from validation.experiment.protocol import build_protocol
from validation.responses.model_rates import ModelRates, hold_out_seed


def test_class_rate_is_the_mean_over_its_cells(reference):
    names = [p for p in POPULATIONS if p.startswith("i23")]
    columns = [POPULATIONS.index(p) for p in names]
    n = reference.n_cells_of_population[columns]
    by_hand = (reference.rates_hz[0, 3, 5][:, columns] * n).sum(axis=1) / n.sum()
    group = reference.group_names.index("i23")
    got = reference.group_trials[group, 5, reference.bins_of(3)]
    np.testing.assert_allclose(got, by_hand, rtol=1e-12)
    assert reference.group_members[group].sum() == n.sum()


def test_populations_without_cells_are_left_out(world):
    kept = np.isin(world.population, [5, 7])  # e4 and i4Pvalb
    small = replace(
        world,
        population=world.population[kept],
        neuron_rates_hz=world.neuron_rates_hz[:, kept],
    ).draw(4, 0)
    assert small.group_names == ("e4", "i4Pvalb", "e4", "i4")


def test_seeds_are_pooled_trial_by_trial(reference):
    group = reference.group_names.index("e5")
    population = POPULATIONS.index("e5")
    n = reference.rates_hz.shape[2]
    np.testing.assert_array_equal(
        reference.group_trials[group, n + 3, reference.bins_of(2)],
        reference.rates_hz[1, 2, 3, :, population],
    )


def test_merged_bins_keep_the_mean(reference):
    merged = reference.rebinned(2)
    assert merged.bin_ms == 20.0
    assert merged.n_bins == reference.n_bins // 2
    np.testing.assert_allclose(
        merged.rates_hz.mean(axis=3), reference.rates_hz.mean(axis=3)
    )
    with pytest.raises(InputError, match="cannot be merged by 7"):
        reference.rebinned(7)


def test_merged_bins_of_a_model(reference, world):
    model = world.model().rebinned(4)
    np.testing.assert_allclose(
        model.rates_hz[3, 1], world.rates_hz[3, 4:8].mean(axis=0)
    )
    model.check_against(reference.rebinned(4))
    other = hold_out_seed(reference)[1].rebinned(2)
    np.testing.assert_allclose(other.rates_hz, other.trials_hz.mean(axis=0))
    with pytest.raises(InputError, match="model truth: 200 bins"):
        world.model().rebinned(7)


def test_split_sets_the_last_seed_apart(reference):
    kept, other = hold_out_seed(reference)
    assert kept.n_seeds == reference.n_seeds - 1
    np.testing.assert_allclose(other.rates_hz, other.trials_hz.mean(axis=0))
    np.testing.assert_allclose(
        other.rates_hz, reference.rates_hz[-1].mean(axis=1), rtol=1e-12
    )
    with pytest.raises(InputError, match="second seed"):
        hold_out_seed(kept)


def test_single_seed_gives_two_samples_of_its_trials(world):
    single = world.draw(6, 3, n_seeds=1)
    a, b = single.neuron_samples()
    trials = single.neuron_rates_hz[0]
    np.testing.assert_allclose((a + b) / 2, trials.mean(axis=1))
    assert not np.array_equal(a, b)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates_hz": np.ones((2, 12, 4, 10, 3))}, "rates_hz has shape"),
        ({"neuron_rates_hz": np.ones((2, 12, 4, 5))}, "neuron_rates_hz has shape"),
        ({"stimuli": ()}, "0 stimuli are described"),
        ({"isi_cv": np.ones(3)}, "isi_cv has shape"),
    ],
)
def test_shapes_that_disagree_are_refused(reference, change, message):
    with pytest.raises(InputError, match=message):
        replace(reference, **change)


@pytest.mark.parametrize("bad", [-1.0, np.nan, np.inf])
def test_rates_that_are_no_rates_are_refused(reference, bad):
    rates = reference.rates_hz.copy()
    rates[0, 0, 0, 0, 1] = bad
    with pytest.raises(InputError, match="negative or not finite"):
        replace(reference, rates_hz=rates)


def test_three_trials_are_too_few(reference):
    with pytest.raises(InputError, match="at least 4 trials"):
        replace(
            reference,
            rates_hz=reference.rates_hz[:1, :, :3],
            neuron_rates_hz=reference.neuron_rates_hz[:1, :, :3],
        )


def test_model_of_other_shape_is_refused(reference, world):
    model = ModelRates("low_pass", world.rates_hz[:, :-1], world.neuron_rates_hz)
    with pytest.raises(InputError, match="model low_pass: rates_hz has shape"):
        model.check_against(reference)


def test_a_stimulus_says_itself_what_it_is():
    rates = np.zeros((10, 3), dtype=np.float32)
    for kind in ("grating", "other"):
        stimulus = Stimulus("flash_0", 1.0, rates, direction_deg=5.0, kind=kind)
        info = StimulusInfo.from_stimulus(stimulus)
        assert (info.name, info.kind, info.direction_deg) == ("flash_0", kind, 5.0)


def test_the_stimuli_of_the_protocol_keep_their_kinds():
    protocol = build_protocol(build_column(60, 1).lgn)
    kinds = [StimulusInfo.from_stimulus(s).kind for s in protocol.test]
    assert kinds[:4] == ["blank", "flash", "flash", "step"]
    assert kinds[4:] == [*["grating"] * 8, "broadband", "broadband"]
