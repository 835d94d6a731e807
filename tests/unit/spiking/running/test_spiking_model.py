"""Trials of the compiled model: independent, reproducible, never recompiled."""

import dataclasses
import os
import signal
import subprocess
import threading
import time

import numpy as np
import pytest
from small_column import N_CELLS, N_LGN, make_column, make_stimulus

import spiking.devices.cpp.program
from bridge.errors import InputError
from bridge.stimulus.stimulus import Stimulus
from spiking.devices.cpp.program import compiled_network
from spiking.network.network_arrays import network_arrays
from spiking.running.model import SpikingModel


class RecordingProgress:
    """Adds up what it is told."""

    def __init__(self) -> None:
        self.total = self.done = 0.0
        self.finished = False

    def start(self, task: str, total: float) -> None:
        self.total = total

    def advance(self, task: str, amount: float = 1.0) -> None:
        self.done += amount

    def finish(self, task: str) -> None:
        self.finished = True


def _run(column, *, stimuli=None, n_trials=2, seed=1, n_jobs=1, **options):
    model = SpikingModel(column, n_jobs=n_jobs)
    stimuli = stimuli or [make_stimulus()]
    return model.run(
        stimuli,
        n_trials=n_trials,
        seed=seed,
        drop_ms=50.0,
        record_spikes=True,
        **options,
    )


def _trains(result):
    return [(s.times_ms.tolist(), s.ids.tolist()) for s in result.spikes]


@pytest.fixture(scope="session")
def compiled(column, compile_cache):
    """The reference run, after which nothing of this size needs compiling."""
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setenv("V1BRIDGE_CACHE", str(compile_cache))
    result = _run(column, stimuli=[make_stimulus(), make_stimulus(rate_hz=80.0)])
    monkeypatch.undo()
    return result


@pytest.fixture
def no_compiler(monkeypatch, compiled):
    """Fail the test if anything is compiled or generated."""

    def refuse(*args):
        raise AssertionError("compiled again")

    monkeypatch.setattr(spiking.devices.cpp.program, "compile_program", refuse)
    monkeypatch.setattr(spiking.devices.cpp.program, "_generate", refuse)


pytestmark = pytest.mark.slow


def test_the_network_is_active(compiled):
    # later comparisons of spike trains would be empty without this
    assert all(len(spikes.ids) > 50 for spikes in compiled.spikes)
    assert compiled.counts.sum() == sum(len(s.ids) for s in compiled.spikes)
    late = sum((s.times_ms > 50.0 + 1e-9).sum() for s in compiled.spikes)
    assert compiled.neuron_counts.sum() == late


def test_second_run_of_a_structure_is_not_compiled(column, no_compiler):
    structure = network_arrays(column, 0.1).structure
    path, was_cached = compiled_network(structure)
    assert was_cached
    assert sorted(p.name for p in path.parent.iterdir()) == [
        "main",
        "sha256",
        "static_arrays",
    ]


def test_weights_take_effect_without_compiling(column, compiled, no_compiler):
    first = _trains(compiled)[0]
    again = _trains(_run(column, n_trials=1))[0]
    stronger = _trains(_run(make_column(weight_factor=2.0), n_trials=1))[0]
    assert again == first
    assert stronger != first


def test_duration_edges_and_stimulus_are_no_part_of_the_structure(column, no_compiler):
    recurrent = column.recurrent
    fewer = dataclasses.replace(
        recurrent,
        **{
            field.name: getattr(recurrent, field.name)[::2]
            for field in dataclasses.fields(recurrent)
        },
    )
    shorter = [make_stimulus(duration_ms=120.0, current_pa=300.0)]
    result = _run(dataclasses.replace(column, recurrent=fewer), stimuli=shorter)
    assert result.counts.shape == (1, 2, 12, 17)
    assert result.counts.sum() > 0


def test_trials_do_not_depend_on_the_split_or_on_each_other(
    column, compiled, no_compiler
):
    stimuli = [make_stimulus(), make_stimulus(rate_hz=80.0)]
    split = _run(column, stimuli=stimuli, n_jobs=3)
    assert _trains(split) == _trains(compiled)
    alone = _run(column, stimuli=stimuli, n_trials=1, first_trial=1)
    assert _trains(alone) == _trains(compiled)[1::2]


def test_trials_and_seeds_differ(column, compiled, no_compiler):
    other = _run(column, seed=2)
    trains = _trains(other) + _trains(compiled)
    assert all(a != b for i, a in enumerate(trains) for b in trains[:i])


def test_given_lgn_spikes_replace_the_poisson_ones(column, no_compiler):
    times_ms = np.arange(10.0, 190.0, 0.3)
    ids = np.arange(times_ms.size) % N_LGN
    given = {(0, 0): (times_ms, ids), (0, 1): (times_ms, ids)}
    silent = dataclasses.replace(
        make_column(background_hz=0.0), recurrent=column.recurrent
    )
    quiet = _run(silent, stimuli=[make_stimulus(rate_hz=0.0)])
    assert quiet.counts.sum() == 0
    driven = _run(silent, stimuli=[make_stimulus(rate_hz=0.0)], lgn_spikes=given)
    first, second = _trains(driven)
    assert first == second
    assert len(first[1]) > 0


def test_current_reaches_its_population_at_its_time(no_compiler):
    silent = make_column(background_hz=0.0)
    stimulus = make_stimulus(rate_hz=0.0, current_pa=400.0)
    result = _run(silent, stimuli=[stimulus], n_trials=1)
    counts = result.counts[0, 0]
    assert counts[:10].sum() == 0
    assert counts[10:, 5].sum() >= 30  # every excitatory cell, once at least


def test_progress_adds_up(column, no_compiler):
    progress = RecordingProgress()
    _run(column, progress=progress, n_jobs=2)
    assert progress.total == pytest.approx(400.0)
    assert progress.done == pytest.approx(400.0)
    assert progress.finished


def test_ctrl_c_ends_the_processes(column, no_compiler, monkeypatch):
    started = []

    class Popen(subprocess.Popen):
        def __init__(self, *args, **options):
            super().__init__(*args, **options)
            started.append(self)

    monkeypatch.setattr(subprocess, "Popen", Popen)
    # a job in the background starts with Ctrl-C ignored
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    long = [make_stimulus(duration_ms=600_000.0)]
    timer = threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    begin = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            SpikingModel(column, n_jobs=2).run(long, n_trials=2, seed=1)
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - begin < 20.0  # the run itself takes minutes
    simulations = [p for p in started if str(p.args[0]).endswith("main")]
    assert len(simulations) == 2
    assert all(p.poll() is not None for p in simulations)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lgn_rate_hz": np.ones((200, 3))}, "3 LGN cells, the column has 12"),
        ({"dt_ms": 0.25}, "not a multiple of dt"),
        ({"current_pa": np.zeros((200, 3))}, "current_pa has shape"),
        ({"lgn_rate_hz": np.ones((100, N_LGN))}, "run them separately"),
    ],
)
def test_a_stimulus_that_does_not_fit_is_refused(column, change, message):
    good = make_stimulus()
    bad = dataclasses.replace(good, name="bad", **change)
    with pytest.raises(InputError, match=message):
        SpikingModel(column).run([good, bad], n_trials=1, seed=1, drop_ms=0.0)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bin_ms": 0.13}, "not a multiple of dt"),
        ({"bin_ms": 30.0}, "does not divide"),
        ({"drop_ms": 200.0}, "leaves nothing"),
    ],
)
def test_bins_that_do_not_fit_are_refused(column, options, message):
    with pytest.raises(InputError, match=message):
        SpikingModel(column).run([make_stimulus()], n_trials=1, seed=1, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_trials": 0, "seed": 1}, "n_trials = 0"),
        ({"n_trials": 1, "seed": -1}, "seed = -1"),
        ({"n_trials": 1, "seed": 1, "lgn_spikes": {}}, "none given for stimulus 0"),
        (
            {
                "n_trials": 1,
                "seed": 1,
                "lgn_spikes": {(0, 0): (np.array([1.0]), np.array([N_LGN]))},
            },
            r"outside 0\.\.11",
        ),
    ],
)
def test_numbers_that_do_not_fit_are_refused(column, options, message):
    with pytest.raises(InputError, match=message):
        SpikingModel(column).run([make_stimulus()], drop_ms=0.0, **options)


def test_no_processes_are_refused(column):
    with pytest.raises(InputError, match="n_jobs = 0"):
        SpikingModel(column, n_jobs=0)


def test_no_stimulus_is_refused(column):
    with pytest.raises(InputError, match="no stimulus"):
        SpikingModel(column).run([], n_trials=1, seed=1)


def test_odd_time_step_is_refused(column):
    with pytest.raises(InputError, match="whole number of microseconds"):
        SpikingModel(column, dt_ms=0.00015)


def test_stimulus_without_samples_is_refused(column):
    empty = Stimulus("empty", 1.0, np.zeros((0, N_LGN), dtype=np.float32))
    with pytest.raises(InputError, match="duration of 0"):
        SpikingModel(column).run([empty], n_trials=1, seed=1)


def test_sizes(compiled):
    assert compiled.neuron_counts.shape == (2, 2, N_CELLS)
    assert compiled.duration_ms == 200.0
