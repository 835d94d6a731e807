"""Training through the command line: the gate, learning, killing, sharing."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tomli_w
import torch
from sample_certificate import PROTOCOL, certificate_of, settings_of

from bridge.column.building.build import build_column
from bridge.errors import InputError
from bridge.progress import SilentProgress
from bridge.rate_model import RateModel
from bridge.reduction.parameters import RateParameters
from bridge.reduction.parameters_file import read_parameters, write_parameters
from bridge.reduction.reduce import reduce_column
from bridge.reduction.time_constants import sample_tau_r_ms, with_sampled_tau_r
from bridge.reduction.transfer.points import theoretical_data
from ratemodel.tasks.config import TasksConfig
from ratemodel.training import trainer
from ratemodel.training.checkpoint import (
    Checkpoint,
    Checkpoints,
    read_tensors,
    write_tensors,
)
from ratemodel.training.config import TrainingConfig
from ratemodel.training.trainer import Trainer
from ratemodel.training.training_log import TrainingLog
from ratemodel.trials.input_config import InputConfig
from ratemodel.trials.trial_source import TrialSource
from validation.cli.main import main
from validation.commands.evaluate import trained_network
from validation.experiment.trained.trained_run import read_trained_run
from validation.training import train as train_command

pytestmark = pytest.mark.usefixtures("one_torch_thread")

SIZE = 200
STEPS = 12
CONFIG: dict[str, Any] = {
    "column": {"size": SIZE, "seed": 1},
    "tasks": {"tasks": ["classification", "orientation"], "screen": {"size_px": 32}},
    "input": {"pixels": {"rows": 8, "columns": 16}},
    "readout": {"layer": "L4", "pool_size": 2, "scale_per_hz": 0.5},
    "training": {
        "steps": STEPS,
        "batch": 8,
        "learning_rate": 0.05,
        "checkpoint_steps": 2,
        "validation_steps": 6,
        "validation_trials": 10,
        "test_trials": 20,
    },
}


MODEL = RateModel.of_form("low_pass", "extended", 2.0, 2.0)
SHOWN = PROTOCOL | {
    "task_settings": settings_of(
        TasksConfig.parse(CONFIG["tasks"], "x"), InputConfig.parse(CONFIG["input"], "x")
    )
}
"""A protocol whose task trials are those of this training."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A validation's run folder, as far as training reads it, and a config."""
    home = tmp_path_factory.mktemp("training")
    column = build_column(SIZE, 1)
    parameters = reduce_column(column, theoretical_data(column, "siegert")).parameters
    (home / "val/certificates").mkdir(parents=True)
    write_parameters(parameters, home / "val/parameters.npz")
    for name, verdict, hash_ in (
        ("good", "default", column.hash),
        ("failed", "fail", column.hash),
        ("other", "default", "0" * 64),
    ):
        certificate_of(
            MODEL, hash_, parameters.reduction_hash, verdict, protocol=SHOWN
        ).write(home / f"val/certificates/{name}.json")
    hashes = (column.hash, parameters.reduction_hash)
    drawn = with_sampled_tau_r(MODEL, parameters.tau_s_ms, 7)
    for name, certificate in (
        (
            "sampled",
            certificate_of(
                drawn.by_population(column.population), *hashes, protocol=SHOWN
            ),
        ),
        ("defaults", certificate_of(MODEL, *hashes)),
        ("unreliable", certificate_of(MODEL, *hashes, reliable=False, protocol=SHOWN)),
    ):
        certificate.write(home / f"val/certificates/{name}.json")
    for dt_ms, verdict in ((1.0, "default"), (2.0, "default"), (5.0, "lenient")):
        certificate_of(MODEL.with_step(dt_ms), *hashes, verdict, protocol=SHOWN).write(
            home / f"val/certificates/steps_{dt_ms:g}ms.json"
        )
    good = (home / "val/certificates/good.json").read_text()
    edited = good.replace('"tau_r_ms": 2.0', '"tau_r_ms": 3.0')
    assert edited != good
    (home / "val/certificates/edited.json").write_text(edited)
    (home / "train.toml").write_text(tomli_w.dumps(CONFIG))
    return home


def words(home: Path, out: str, *more: str, certificate: str = "good") -> list[str]:
    return [
        *("train", str(home / "train.toml"), "--out", str(home / out)),
        *("--certificate", str(home / f"val/certificates/{certificate}.json")),
        *more,
    ]


def call(arguments: list[str]) -> int:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


def fork(arguments: list[str], errors: Path) -> int:
    """Run the command in a child of this process; return its id.

    A child has all imports done, seconds that a new interpreter would need.
    """
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT), 2)
        sys.stderr = sys.__stderr__
        main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
        sys.stderr.flush()
    finally:
        os._exit(code)


def losses(run: Path) -> list[float]:
    lines = (run / "log.jsonl").read_text().splitlines()
    records = [json.loads(line) for line in lines]
    return [r["loss"] for r in records if r["split"] == "train"]


def stages(home: Path, out: str) -> Path:
    return home / f".{out}.v1bridge-stages"


def wait_for_checkpoint(folder: Path, step: int) -> None:
    wanted = folder / f"step-{step:08d}.safetensors"
    deadline = time.monotonic() + 60
    while not wanted.exists():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.fixture(scope="module")
def whole(home: Path) -> Path:
    """A run that nothing disturbed."""
    torch.set_num_threads(1)
    assert call(words(home, "whole")) == 0
    return home / "whole"


@pytest.mark.parametrize(
    ("certificate", "message"),
    [
        ("failed", "was validated with verdict fail, default is needed"),
        ("other", "column hash is"),
        ("edited", "it was changed after it was written"),
        ("missing", "no such certificate"),
        ("unreliable", "its run says that no verdict can be relied on"),
        ("defaults", "input.pixels.columns is 16, certified with 26"),
        ("good --dt-ms 1", "certified at dt 2 ms, to be used at 1 ms"),
        ("good --criteria {mine}", "judged by other criteria than"),
        ("good --variant equilibrium", "variant is equilibrium, certified is low_pass"),
        ("good --form plain", "extensions are none, certified are"),
    ],
)
def test_the_gate_refuses(home, certificate, message, capsys):
    (home / "mine.toml").write_text(
        '[verdict]\nrequired_fraction = { value = 0.5, reason = "a trial" }\n'
    )
    name, *more = certificate.format(mine=home / "mine.toml").split()
    assert call(words(home, "refused", *more, certificate=name)) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (home / "refused").exists()


def test_without_a_certificate_nothing_starts(home, capsys):
    arguments = ["train", str(home / "train.toml"), "--out", str(home / "refused")]
    assert call(arguments) == 2
    assert "training needs a certificate" in capsys.readouterr().err
    assert not (home / "refused").exists()


def test_unvalidated_is_written_everywhere(home, capsys):
    out = home / "unvalidated"
    arguments = words(home, "unvalidated", "--unvalidated", certificate="failed")
    assert call([*arguments, "--steps", "1"]) == 0
    assert "UNVALIDATED" in capsys.readouterr().out
    assert "unvalidated = true" in (out / "config.toml").read_text()
    for certified in (
        json.loads((out / "results.json").read_text())["certified"],
        json.loads(read_tensors(out / "weights.safetensors").facts["certified"]),
    ):
        assert certified["validated"] is False
        assert "verdict fail" in certified["why_not"]
    assert call(["evaluate", str(out), "--images", "4"]) == 0
    assert "UNVALIDATED" in capsys.readouterr().out


def test_the_step_is_the_coarsest_that_was_certified(home):
    arguments = words(home, "steps", "--steps", "1", certificate="steps")
    assert call(arguments) == 0
    config = (home / "steps/config.toml").read_text()
    assert "dt_ms = 2.0" in config
    assert "certificates/steps_2ms.json" in config
    results = json.loads((home / "steps/results.json").read_text())
    assert results["certified"]["dt_ms"] == 2.0
    assert call([*arguments, "--resume"]) == 0  # by the same words


def test_what_is_evaluated_at_another_step_is_not_certified(whole, capsys):
    assert call(["evaluate", str(whole), "--images", "4", "--dt-ms", "2"]) == 0
    assert "Certificate " in capsys.readouterr().out
    assert call(["evaluate", str(whole), "--images", "4", "--dt-ms", "1"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert "UNVALIDATED: certified at dt 2 ms, evaluated at 1 ms." in said


def test_a_sampled_tau_r_is_trained_cell_by_cell(home):
    words_ = words(home, "sampled", "--steps", "1", certificate="sampled")
    assert call(words_) == 0
    model = read_trained_run(home / "sampled").model
    tau_s = read_parameters(home / "val/parameters.npz").tau_s_ms
    np.testing.assert_array_equal(model.tau_r_ms, sample_tau_r_ms(tau_s, 7))
    assert len(set(model.tau_r_ms)) > 10
    results = json.loads((home / "sampled/results.json").read_text())
    assert results["certified"]["validated"]


def test_unknown_keys_are_refused(home, tmp_path, capsys):
    path = tmp_path / "bad.toml"
    path.write_text(tomli_w.dumps(CONFIG | {"trainign": {"steps": 3}}))
    assert call(["train", str(path), "--out", str(tmp_path / "run")]) == 2
    assert "trainign: unknown key" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ("--precision mixed", 'training: precision "mixed" needs a GPU'),
        ("--device gpu", "training.device: input should be 'cpu', 'cuda' or 'auto'"),
        pytest.param(
            "--device cuda",
            "torch finds no GPU here",
            marks=pytest.mark.skipif(torch.cuda.is_available(), reason="has a GPU"),
        ),
    ],
)
def test_a_device_that_will_not_do_is_refused(home, options, message, capsys):
    assert call(words(home, "refused", *options.split())) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1
    assert not (home / "refused").exists()


def test_the_folder_is_whole(whole):
    for name in (
        "config.toml",
        "results.json",
        "weights.safetensors",
        "parameters.npz",
        "certificate.json",
        "log.jsonl",
        "provenance.json",
    ):
        assert (whole / name).is_file(), name
    assert len(losses(whole)) == STEPS
    results = json.loads((whole / "results.json").read_text())
    low, high = results["test"]["classification"]["interval_95"]
    assert low <= results["test"]["classification"]["accuracy"] <= high


def test_evaluation_finds_what_training_found(whole, tmp_path):
    out = tmp_path / "test.json"
    assert call(["evaluate", str(whole), "--images", "20", "--out", str(out)]) == 0
    found = json.loads(out.read_text())["accuracy"]
    assert found == json.loads((whole / "results.json").read_text())["test"]


def test_one_line_says_what_the_images_were(whole, capsys):
    said = json.loads((whole / "results.json").read_text())["images"]
    assert list(said) == ["classification"]  # orientation shows none
    assert said["classification"].endswith(
        "10 classes of 174 to 183; 1,347 train, 225 validation, 225 test"
    )
    assert call(["evaluate", str(whole), "--images", "4"]) == 0
    assert said["classification"] in capsys.readouterr().out


def copy_of(run: Path, folder: Path) -> Path:
    shutil.copytree(run, folder)
    return folder


def test_images_that_were_replaced_are_noticed(whole, tmp_path, capsys):
    run = copy_of(whole, tmp_path / "run")
    config = (run / "config.toml").read_text()
    assert 'images = "digits"' in config
    (run / "config.toml").write_text(config.replace('"digits"', '"photographs"'))
    assert call(["evaluate", str(run), "--images", "4"]) == 2
    error = capsys.readouterr().err
    assert "have the images been replaced since?" in error
    assert error.count("\n") == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda weights: weights[:-1], "trained recurrent weights, but"),
        (torch.neg, "it cannot have them (a sign differs"),
    ],
)
def test_weights_of_another_network_are_refused(
    whole, tmp_path, capsys, change, message
):
    run = copy_of(whole, tmp_path / "run")
    kept = read_tensors(run / "weights.safetensors")
    other = {"recurrent_pa": change(kept.tensors["recurrent_pa"])}
    write_tensors(run / "weights.safetensors", kept.tensors | other, kept.facts)
    assert call(["evaluate", str(run), "--images", "4"]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert error.count("\n") == 1


@pytest.mark.parametrize("dt_ms", ["0", "-1", "20"])
def test_a_step_that_cannot_be_is_refused(whole, dt_ms, capsys):
    assert call(["evaluate", str(whole), "--dt-ms", dt_ms]) == 2
    assert "must be above 0 and at most 10" in capsys.readouterr().err


def test_batches_drawn_ahead_in_threads_train_the_same(home, whole, monkeypatch):
    monkeypatch.setitem(trainer._AHEAD, "cpu", 3)
    assert call(words(home, "ahead")) == 0
    assert same_weights(home / "ahead", whole)


def test_torchrun_on_a_gpu_is_refused(home, monkeypatch, capsys):
    monkeypatch.setenv("WORLD_SIZE", "2")
    monkeypatch.setenv("RANK", "0")
    monkeypatch.setattr(train_command, "choose_device", lambda _: "cuda")
    monkeypatch.setattr(train_command, "resolve_device", torch.device)
    assert call(words(home, "refused", "--device", "cuda")) == 2
    assert "train with one process" in capsys.readouterr().err


def test_a_training_starts_from_an_earlier_one(home, whole):
    words_ = words(home, "later", "--start", str(whole), "--steps", "1")
    assert call(words_) == 0
    before, after = (
        read_tensors(run / "weights.safetensors").tensors["recurrent_pa"]
        for run in (whole, home / "later")
    )
    edges = read_parameters(whole / "parameters.npz").recurrent
    untrained = torch.tensor(edges.weight_pa)
    # One step of Adam at 0.05 takes a weight 5 % further; the 12 before more than 10.
    torch.testing.assert_close(after, before, rtol=0.06, atol=0.0)
    assert ((after - untrained) / untrained).abs().max() > 0.1


def certify(home: Path, name: str, run: Path) -> tuple[Path, RateParameters]:
    """Find parameters for the column of a training, as if validated; certify them."""
    column = read_trained_run(run).put_into(build_column(SIZE, 1))
    found = reduce_column(column, theoretical_data(column, "siegert")).parameters
    certificates = home / name / "certificates"
    certificates.mkdir(parents=True)
    write_parameters(found, home / name / "parameters.npz")
    certificate_of(MODEL, column.hash, found.reduction_hash, protocol=SHOWN).write(
        certificates / "good.json"
    )
    return certificates / "good.json", found


@pytest.mark.parametrize(
    "options",
    [
        "",
        "--lgn",
        "--scenario uniform_neurons",
        "--scenario exchanged_cells",
        "--scenario random_synapses",
        "--unvalidated",
    ],
)
def test_training_goes_on_with_what_was_found_for_a_trained_network(
    home, options, capsys
):
    """A certificate of the trained column counts where training starts from it."""
    name = options.strip("-").replace(" ", "-") or "plain"
    run, out = home / f"first-{name}", home / f"second-{name}"
    more = options.split()
    assert call(words(home, run.name, "--steps", "2", *more)) == 0
    certificate, found = certify(home, f"found-{name}", run)
    more = [] if options == "--unvalidated" else more  # is validated by now
    words_ = ["train", str(home / "train.toml"), "--steps", "1", *more]
    words_ += ["--certificate", str(certificate)]

    assert call([*words_, "--out", str(home / "refused")]) == 2
    assert "vouches for something else: column" in capsys.readouterr().err

    screen = home / f"screen-{name}.toml"
    tasks = CONFIG["tasks"] | {"screen": {"size_px": 32, "contrast": 1.0}}
    screen.write_text(tomli_w.dumps(CONFIG | {"tasks": tasks}))
    other = [words_[0], str(screen), *words_[2:], "--start", str(run)]
    assert call([*other, "--out", str(home / "refused")]) == 2
    assert "tasks.screen.contrast is 1.0, certified" in capsys.readouterr().err

    assert call([*words_, "--out", str(out), "--start", str(run)]) == 0
    what = "network" if options == "--lgn" else "recurrent weights"
    assert f"covers the trained {what} of {run.name}" in capsys.readouterr().out
    used, before = (read_parameters(folder / "parameters.npz") for folder in (out, run))
    for field, values in vars(found.transfer).items():
        np.testing.assert_array_equal(vars(used.transfer)[field], values)
    assert (used.transfer.threshold_pa != before.transfer.threshold_pa).any()
    # weights stay shares of what they were before all training
    for edges in ("recurrent", "lgn_edges"):
        mine, theirs = getattr(used, edges), getattr(before, edges)
        np.testing.assert_array_equal(mine.weight_pa, theirs.weight_pa)
        np.testing.assert_array_equal(mine.target, theirs.target)
    first, second = (
        read_tensors(folder / "weights.safetensors").tensors["recurrent_pa"]
        for folder in (run, out)
    )
    torch.testing.assert_close(second, first, rtol=0.06, atol=0.0)  # one step on
    assert read_trained_run(out).put_into(build_column(SIZE, 1)).hash != (
        found.column_hash
    )
    assert call(["evaluate", str(out), "--images", "4"]) == 0


def test_parameters_of_the_column_serve_a_start_as_before(home, whole):
    """Another column's certificate and --unvalidated do not change where F is from."""
    words_ = words(home, "as-before", "--unvalidated", certificate="other")
    words_ += ["--validation", str(home / "val"), "--start", str(whole)]
    assert call([*words_, "--steps", "1"]) == 0
    used = read_parameters(home / "as-before/parameters.npz").transfer
    expected = read_parameters(home / "val/parameters.npz").transfer
    np.testing.assert_array_equal(used.threshold_pa, expected.threshold_pa)


def test_a_start_from_elsewhere_is_refused(home, whole, capsys):
    for options, message in (
        (["--start", str(home / "val")], "is not the folder of a finished"),
        (["--start", str(whole), "--lgn"], "was trained with another input"),
        (["--start", str(whole), "--scenario", "no_dale"], "another scenario"),
    ):
        assert call(words(home, "refused", *options)) == 2
        error = capsys.readouterr().err
        assert message in error
        assert error.count("\n") == 1


class SameTrials(TrialSource):
    """Shows the first eight trials again and again."""

    def draw(self, split, task, numbers):
        return super().draw(split, task, numbers % 8)


def test_the_loss_of_trials_that_come_again_falls(whole, home, tmp_path):
    network, source, _ = trained_network(whole, SilentProgress())
    same = SameTrials(source.tasks, source.timing, source.channels, 10.0)
    parameters = read_parameters(whole / "parameters.npz")
    config = TrainingConfig(steps=40, batch=8, learning_rate=0.1, decay="none")
    log = TrainingLog(tmp_path, 0)
    Trainer(network, same, parameters, config).run(log)
    loss = losses(tmp_path)
    # Eight trials and thousands of weights: a gradient that is right fits them.
    assert loss[-1] < 0.5 * loss[0]


def test_every_task_has_moments_of_its_own(whole, tmp_path):
    network, source, _ = trained_network(whole, SilentProgress())
    parameters = read_parameters(whole / "parameters.npz")
    checkpoints = Checkpoints(tmp_path)
    config = TrainingConfig(steps=1, batch=4)
    Trainer(network, source, parameters, config, checkpoints=checkpoints).run(None)
    kept, _ = checkpoints.latest()
    assert kept is not None
    first, second = (
        kept.tensors[f"adam.{name}.exp_avg.free.recurrent"]
        for name in ("classification", "orientation")
    )
    assert first.any()
    assert not second.any()  # it has not had its turn


def test_a_checkpoint_of_another_network_is_refused(whole):
    network, source, _ = trained_network(whole, SilentProgress())
    parameters = read_parameters(whole / "parameters.npz")
    trainer = Trainer(network, source, parameters, TrainingConfig(steps=1, batch=4))
    before = {name: tensor.clone() for name, tensor in trainer._state().items()}
    bias = "readouts.by_task.classification.bias"
    for other in (
        before | {bias: torch.zeros(4)},  # would not fit
        before | {bias: torch.ones(1)},  # would be spread over all classes
        {name: tensor for name, tensor in before.items() if name != bias},
    ):
        with pytest.raises(InputError, match="have been replaced since"):
            trainer.restore(Checkpoint(other, {"step": "1", "seconds": "1"}))
    assert all(torch.equal(t, before[name]) for name, t in trainer._state().items())


def same_weights(one: Path, other: Path) -> bool:
    first, second = (read_tensors(run / "weights.safetensors") for run in (one, other))
    assert first.tensors.keys() == second.tensors.keys()
    return all(torch.equal(v, second.tensors[k]) for k, v in first.tensors.items())


def test_a_killed_run_continues_bit_by_bit(home, whole):
    child = fork(words(home, "killed"), home / "killed.txt")
    wait_for_checkpoint(stages(home, "killed"), 6)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    assert not (home / "killed").exists()
    # The newest checkpoint was cut short: the one before it is used.
    newest = max(stages(home, "killed").glob("step-*"))
    content = newest.read_bytes()
    newest.write_bytes(content[: len(content) // 2])
    assert call(words(home, "killed")) == 2  # neither --resume nor --overwrite
    assert call(words(home, "killed", "--resume")) == 0
    assert same_weights(home / "killed", whole)
    assert losses(home / "killed") == losses(whole)


def test_an_interrupted_run_keeps_a_checkpoint(home, whole):
    child = fork(words(home, "stopped"), home / "stopped.txt")
    wait_for_checkpoint(stages(home, "stopped"), 2)
    os.kill(child, signal.SIGINT)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 130
    assert "--resume" in (home / "stopped.txt").read_text()
    assert call(words(home, "stopped", "--resume")) == 0
    assert same_weights(home / "stopped", whole)


def test_two_processes_learn_as_one(home, whole):
    launcher = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node=2"]
    done = subprocess.run(
        [
            sys.executable,
            *launcher,
            "-m",
            "v1bridge",
            *words(home, "shared"),
        ],
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    # Float32 sums in another order, 1e-7 a step, and Adam divides by the root of
    # small squares: 1e-4 leaves a factor of ten over what was seen.
    assert losses(home / "shared") == pytest.approx(losses(whole), rel=1e-4)
