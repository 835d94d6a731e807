"""Trials grow, in all sets of stimuli, until all that decides can be judged."""

from dataclasses import replace

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.files.stages import Stages
from bridge.progress import SilentProgress
from bridge.stimulus.scenes.blank import blank
from spiking.running.model import SpikingModel
from validation.config.sections import SpikingConfig
from validation.experiment import spiking_reference as module
from validation.experiment.sets.noise_seed import noise_seed
from validation.experiment.sets.perturbations import perturbations
from validation.experiment.sets.stimulus_set import StimulusSet
from validation.judging.unjudged import judges_all
from validation.measures.criteria import load_criteria
from validation.responses.model_rates import ModelRates

CRITERIA = load_criteria()
WAVE = 1.0 + np.sin(np.arange(70) / 5.0)


@pytest.fixture(scope="module")
def column():
    return build_column(300, 1)


@pytest.fixture(scope="module")
def main(column):
    stimuli = tuple(
        replace(blank(column.lgn, duration_ms=1000.0), name=name) for name in "abcd"
    )
    return StimulusSet("main", "main", stimuli, 300.0)


@pytest.fixture(scope="module")
def tasks(column):
    stimuli = (replace(blank(column.lgn, duration_ms=700.0), name="task"),)
    return StimulusSet("tasks", "task", stimuli)


class _FakeSpiking:
    """Poisson counts around a modulated rate in place of a simulation."""

    def __init__(self, column, **_):
        self.column = column


@pytest.fixture
def simulated(column, monkeypatch):
    """Return what is simulated, ``(set, first trial, trials)``; spikes a bin by set."""
    calls, spikes = [], {}

    def run_seeds(model, stimuli, seeds, *, n_trials, first_trial, **_):
        name = "tasks" if stimuli[0].name == "task" else "main"
        calls.append((name, first_trial, n_trials))
        rng = np.random.default_rng([seeds[0], first_trial, n_trials])
        shape = (len(seeds), len(stimuli), n_trials, WAVE.size, 17)
        n = column.n_cells
        slow = np.where(np.arange(len(stimuli)) % 2, 10.0, 100.0)[:, None]
        slow = np.repeat(slow, n, axis=1)
        return {
            "counts": rng.poisson(spikes[name] * WAVE[:, None], shape),
            "neuron_counts": rng.poisson(1.0, (*shape[:3], n)),
            "n_intervals": np.full((len(stimuli), n), 20.0),
            # one stimulus of 100 ms intervals, one of 10 ms, all of CV 1
            "interval_sum_ms": 20.0 * slow,
            "interval_square_sum_ms2": 40.0 * slow**2,
        }

    monkeypatch.setattr(module, "run_seeds", run_seeds)
    monkeypatch.setattr(module, "SpikingModel", _FakeSpiking)
    return calls, spikes


def yardstick(reference, share=0.0):
    """Return a model of the stimulus alone: so much of the modulation, no noise."""
    mean = reference.rates_hz.mean(axis=(0, 1, 2, 3))
    wave = 1.0 + share * (WAVE / WAVE.mean() - 1.0)
    rates = np.broadcast_to(
        wave[:, None] * mean, (reference.n_stimuli, reference.n_bins, 17)
    )
    return ModelRates(
        "stimulus_only",
        rates,
        reference.neuron_rates_hz.mean(axis=(0, 2)),
        others={name: yardstick(own) for name, own in reference.others.items()},
    )


def grow(column, main, sets, config, tmp_path, share=0.0):
    return module.spiking_reference(
        column,
        main,
        sets,
        config,
        lambda reference: judges_all(reference, CRITERIA, yardstick(reference, share)),
        bin_ms=10.0,
        stages=Stages(tmp_path / "stages", "x"),
        progress=SilentProgress(),
    )


@pytest.mark.parametrize(
    ("spikes_per_bin", "keys", "expected"),
    [
        (0.05, {"max_trials_per_seed": 20}, [(0, 8), (8, 4), (12, 6), (18, 2)]),
        (0.05, {"max_trials_per_seed": 5}, [(0, 5)]),
        # NRMSE of a perfect model below 0.05 with 2 x 8 trials of 5 spikes a bin
        (5.0, {}, [(0, 8)]),
        (0.05, {"trials_per_seed": 9}, [(0, 9)]),
    ],
)
def test_trials_grow_until_all_can_be_judged_or_the_cap(
    column, main, tmp_path, simulated, spikes_per_bin, keys, expected
):
    calls, spikes = simulated
    spikes["main"] = spikes_per_bin
    asked = (column, main, (), SpikingConfig(**keys), tmp_path)
    reference = grow(*asked)
    assert calls == [("main", *block) for block in expected]
    assert reference.rates_hz.shape[2] == sum(expected[-1])
    # pooled over the stimuli it would be above 1
    np.testing.assert_allclose(reference.isi_cv, 1.0)
    # finished blocks are not simulated again
    calls.clear()
    again = grow(*asked)
    assert calls == []
    np.testing.assert_array_equal(again.rates_hz, reference.rates_hz)


def test_all_sets_grow_while_one_of_them_cannot_be_judged(
    column, main, tasks, tmp_path, simulated
):
    """The main set alone is judged with 8 trials a seed, as above."""
    calls, spikes = simulated
    spikes.update(main=5.0, tasks=0.05)
    config = SpikingConfig(max_trials_per_seed=18)
    reference = grow(column, main, [tasks], config, tmp_path)
    blocks = [(0, 8), (8, 4), (12, 6)]
    assert calls == [(name, *block) for block in blocks for name in ("main", "tasks")]
    own = reference.others["tasks"]
    assert (own.role, own.drop_ms, own.n_trials) == ("task", 0.0, reference.n_trials)
    # a run that was interrupted goes on with the blocks of every set that are there
    calls.clear()
    stored = next((tmp_path / "stages").rglob("*spiking-tasks-8-12*"))
    stored.unlink()
    again = grow(column, main, [tasks], config, tmp_path)
    assert calls == [("tasks", 8, 4)]
    np.testing.assert_array_equal(again.others["tasks"].rates_hz, own.rates_hz)
    # and where the set is as clear as the main one, neither grows
    calls.clear()
    spikes["tasks"] = 5.0
    assert grow(column, main, [tasks], config, tmp_path / "clear").n_trials == 16


def test_trials_grow_while_skill_cannot_be_judged(column, main, tmp_path, simulated):
    """A yardstick close to the truth is told from it by more trials only.

    Against a flat one 8 trials a seed are enough, as above. This one misses 0.15 of
    the modulation, which is 0.7 of the mean: an NRMSE of 0.1, twice the negligible.
    """
    _, spikes = simulated
    spikes["main"] = 5.0
    config = SpikingConfig(max_trials_per_seed=20)
    far = grow(column, main, (), config, tmp_path, share=0.0)
    near = grow(column, main, (), config, tmp_path / "near", share=0.85)
    assert (far.n_trials, near.n_trials) == (16, 24)


def test_sets_are_simulated_with_noise_of_their_own(tmp_path):
    """By the spiking model itself, block by block."""
    column = build_column(60, 1)
    few = perturbations(column, ("e23", "e4", "e5"), bin_ms=10.0)
    few = replace(few, name="few", stimuli=few.stimuli[:2])
    main = StimulusSet("main", "main", few.stimuli, few.drop_ms)
    config = SpikingConfig(device="numpy", dt_ms=1.0, max_trials_per_seed=9)
    seen = []
    reference = module.spiking_reference(
        column,
        main,
        [few],
        config,
        lambda reference: bool(seen.append(sorted(reference.others))),
        bin_ms=10.0,
        stages=Stages(tmp_path / "stages", "config"),
        progress=SilentProgress(),
    )
    own = reference.others["few"]
    assert seen == [["few"]]
    assert (own.role, own.n_seeds, own.drop_ms) == ("perturbation", 2, few.drop_ms)
    assert own.rates_hz.shape[2:4] == (9, 50)
    assert (own.rates_hz != reference.rates_hz).any()
    direct = SpikingModel(column, dt_ms=1.0, device="numpy").run(
        few.stimuli,
        n_trials=1,
        seed=noise_seed(2, "few"),
        bin_ms=10.0,
        drop_ms=few.drop_ms,
        first_trial=8,
    )
    np.testing.assert_array_equal(
        own.neuron_rates_hz[1, :, 8], direct.neuron_counts[:, 0] / 0.5
    )
