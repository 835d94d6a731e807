"""A sweep trains what is missing, and sets it beside the thesis."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Barrier
from typing import IO

import pytest

from bridge.errors import InputError, V1BridgeError
from bridge.files.run.lock import locked
from bridge.files.run_folder import CONFIG, open_run_folder
from validation.cli.failures import failure_of
from validation.commands import sweep as sweep_command
from validation.commands.sweep import sweep_into
from validation.config.sweep import Job, read_sweep
from validation.training.inputs import training_hashes

GRID = """
[grid]
scenarios = ["default", "hybrid"]
sizes = ["3k"]
lgn = [false, true]
seeds = [1, 2]

[train.model]
unvalidated = true

[train.training]
steps = 7
"""


@pytest.fixture
def grid(tmp_path: Path) -> Path:
    path = tmp_path / "grid.toml"
    path.write_text(GRID)
    return path


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Stand in for the training processes; lists the jobs that were run."""
    names: list[str] = []

    def train(job: Job, out: Path, children: object) -> int:
        names.append(job.name)
        found = {"right": 90, "n_trials": 100, "accuracy": 0.9}
        results = {
            "test": dict.fromkeys(("orientation", "classification", "change"), found),
            "certified": {"validated": False},
            "minutes": 2.0,
        }
        config = job.config.to_toml()
        is_started = job.config.training.start is not None  # from what is not there
        inputs = {} if is_started else training_hashes(job.config, None)
        with open_run_folder(
            out / job.name, config, command="train", inputs=inputs
        ) as folder:
            (folder.staging / "results.json").write_text(json.dumps(results))
            (folder.staging / CONFIG).write_text(config)
            folder.commit()
        return 0

    monkeypatch.setattr(sweep_command, "_train", train)
    monkeypatch.setattr(sweep_command, "certified_model", lambda config: None)
    return names


def test_every_combination_is_a_job(grid):
    jobs = read_sweep(grid)
    assert len({job.name for job in jobs}) == 8
    last = jobs[-1]
    assert last.name == "3k-lgn-hybrid-2"
    assert last.config.input.use_lgn
    assert last.config.scenario.name == "hybrid"
    assert last.config.input.seed == 1  # the wiring that certificates were made with
    seeds = {last.config.tasks.seed, last.config.readout.seed}
    assert seeds == {last.config.scenario.seed} == {2}
    assert last.config.training.steps == 7


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("scenarios", "scenaros", "grid.scenaros: unknown key"),
        ('"hybrid"', '"hybird"', "grid.scenarios"),
        ("steps = 7", "setps = 7", "training.setps: unknown key"),
        ("steps = 7", 'start = "b"', "either start or train.training.start"),
    ],
)
def test_a_mistake_is_named(grid, old, new, message):
    grid.write_text('start = "a"\n' + GRID.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_sweep(grid)


def test_an_option_of_a_scenario_reaches_its_own_runs(grid):
    grid.write_text(GRID + "\n[train.scenario]\nhebbian = 'bcm'\n")
    rules = {(j.scenario, j.config.scenario.hebbian) for j in read_sweep(grid)}
    assert rules == {("default", "oja"), ("hybrid", "bcm")}
    grid.write_text(grid.read_text().replace('"default", "hybrid"', '"default"'))
    with pytest.raises(InputError, match="belongs to scenario hybrid"):
        read_sweep(grid)


def test_a_sweep_starts_from_an_earlier_one(grid, trained, tmp_path, monkeypatch):
    sweep_into(grid, tmp_path / "coarse")
    started = []
    monkeypatch.setattr(
        sweep_command, "start_weights", lambda config, _: started.append(config)
    )
    fine = tmp_path / "fine.toml"
    fine.write_text(f'start = "{tmp_path / "coarse"}"\n' + GRID)
    sweep_into(fine, tmp_path / "fine")
    starts = {job.name: job.config.training.start for job in read_sweep(fine)}
    assert starts["3k-lgn-hybrid-2"] == str(tmp_path / "coarse/3k-lgn-hybrid-2")
    assert all(Path(start).name == name for name, start in starts.items())
    assert len(set(starts.values())) == len(started) == 8  # each one was looked at


def test_a_start_that_is_not_there_is_refused_before_anything_runs(
    grid, trained, tmp_path
):
    grid.write_text(f'start = "{tmp_path / "nowhere"}"\n' + GRID)
    with pytest.raises(InputError, match=r"training.start .*nowhere/3k-default-1"):
        sweep_into(grid, tmp_path / "out")
    assert not trained
    assert not (tmp_path / "out").exists()


def test_every_job_is_held_against_a_start_they_share(
    grid, trained, tmp_path, monkeypatch
):
    seen = []
    monkeypatch.setattr(
        sweep_command, "start_weights", lambda config, _: seen.append(config)
    )
    grid.write_text(GRID.replace("steps = 7", 'start = "somewhere"'))
    sweep_into(grid, tmp_path / "out")
    assert len(seen) == 8
    assert {config.scenario.name for config in seen} == {"default", "hybrid"}


@pytest.mark.parametrize("content", ["training = 5", 'training = "start"'])
def test_a_section_that_is_none_is_named(grid, content):
    text = 'start = "a"\n' + GRID.split("[train.training]")[0]
    grid.write_text(text.replace("[train.model]", f"[train]\n{content}\n[train.model]"))
    with pytest.raises(InputError, match="training"):
        read_sweep(grid)


def test_finished_jobs_are_not_repeated(grid, trained, tmp_path):
    sweep_into(grid, tmp_path / "out")
    assert len(trained) == 8
    sweep_into(grid, tmp_path / "out")
    assert len(trained) == 8
    grid.write_text(GRID.replace("[1, 2]", "[1, 2, 3]"))
    sweep_into(grid, tmp_path / "out")
    assert trained[8:] == [
        *("3k-default-3", "3k-hybrid-3", "3k-lgn-default-3", "3k-lgn-hybrid-3")
    ]
    grid.write_text(GRID.replace("steps = 7", "steps = 8"))
    with pytest.raises(V1BridgeError, match="holds a run of another configuration"):
        sweep_into(grid, tmp_path / "out")


def test_one_sweep_at_a_time_writes_to_a_folder(grid, trained, tmp_path):
    out = tmp_path / "out"
    with locked(out), pytest.raises(V1BridgeError, match="another run is writing"):
        sweep_into(grid, out)
    assert not out.exists()


def test_what_a_killed_sweep_left_half_written_goes(grid, trained, tmp_path):
    out = tmp_path / "out"
    (out / "logs").mkdir(parents=True)
    for name in (".v1bridge-0a.part", "logs/.v1bridge-0b.part"):
        (out / name).write_text("| input")
    (out / "mine.part").write_text("mine")
    sweep_into(grid, out)
    assert [p.name for p in out.rglob("*.part")] == ["mine.part"]


def test_finished_jobs_are_of_the_same_images(grid, trained, tmp_path):
    images = tmp_path / "images.npz"
    images.write_bytes(b"some")
    grid.write_text(f"{GRID}\n[train.tasks.classification]\nimages = '{images}'\n")
    sweep_into(grid, tmp_path / "out")
    sweep_into(grid, tmp_path / "out")
    images.write_bytes(b"others")
    with pytest.raises(V1BridgeError, match=r"classification\.images .* changed"):
        sweep_into(grid, tmp_path / "out")
    assert len(trained) == 8


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("[1, 2]", "[1, 2, 1]", "grid.seeds: names 1 more than once"),
        ('["3k"]', '[300, "0300"]', "grid.sizes: names 300 more than once"),
        ("[false, true]", "[true, true]", "grid.lgn: names True more than once"),
        ('"default", "hybrid"', '"hybrid", "hybrid"', "names hybrid more than once"),
    ],
)
def test_what_stands_twice_in_a_grid_is_named(grid, old, new, message):
    grid.write_text(GRID.replace(old, new))
    with pytest.raises(InputError, match=message):
        read_sweep(grid)


def test_links_in_the_folder_of_a_sweep_are_not_followed(grid, trained, tmp_path):
    out, victim = tmp_path / "out", tmp_path / "victim"
    victim.mkdir()
    out.mkdir()
    (out / "logs").symlink_to("../victim")
    with pytest.raises(V1BridgeError, match="logs: is no folder of v1bridge"):
        sweep_into(grid, out)
    (out / "logs").unlink()
    (victim / "table").write_text("precious")
    (out / "sweep.md").symlink_to("../victim/table")
    with pytest.raises(V1BridgeError, match=r"sweep\.md: was not written by v1bridge"):
        sweep_into(grid, out)
    assert (victim / "table").read_text() == "precious"
    assert not trained


def test_jobs_run_side_by_side(grid, tmp_path, monkeypatch):
    together = Barrier(2, timeout=10.0)  # broken where one waits alone

    def train(job: Job, out: Path, children: object) -> int:
        together.wait()
        return 0

    monkeypatch.setattr(sweep_command, "_train", train)
    monkeypatch.setattr(sweep_command, "certified_model", lambda config: None)
    sweep_into(grid, tmp_path / "out", 2)
    with pytest.raises(InputError, match="--jobs 0: must be at least 1"):
        sweep_into(grid, tmp_path / "out", 0)


def test_an_error_stops_the_jobs_that_run(grid, tmp_path, monkeypatch):
    codes: list[int] = []
    started = Barrier(2, timeout=10.0)

    def train(job: Job, out: Path, children: sweep_command.Children) -> int:
        if job.name == "3k-default-1":  # fails while the other one runs
            started.wait()
            raise OSError("disk full")
        if not codes:
            started.wait()
        sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
        codes.append(children.run(sleep, subprocess.DEVNULL))
        return 2

    monkeypatch.setattr(sweep_command, "_train", train)
    monkeypatch.setattr(sweep_command, "certified_model", lambda config: None)
    begin = time.monotonic()
    with pytest.raises(OSError, match="disk full"):
        sweep_into(grid, tmp_path / "out", 2)
    assert time.monotonic() - begin < 30.0  # the other one would sleep for 60 s
    assert codes[0] in (-signal.SIGTERM, 128 + signal.SIGTERM)


def says(text: str, code: int) -> type:
    """Return a stand-in for the processes of jobs: what one says, and how it ends."""

    class Children(sweep_command.Children):
        def run(self, command: Sequence[str], log: IO[bytes]) -> int:
            log.write(text.encode())
            log.flush()
            return code

    return Children


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("v1bridge: x: No space left on device; none\n", "3k-default-1: x: No space"),
        ("test (9.0 s)\nv1bridge: x: Disk quota exceeded\n", "-1: x: Disk quota"),
        ("", "3k-default-1.log: could not be written"),
        ("test (9.0 s)\nv1bri", "3k-default-1.log: could not be written"),
    ],
)
def test_a_full_disk_ends_a_sweep_and_leaves_no_logs(
    grid, tmp_path, monkeypatch, text, message
):
    monkeypatch.setattr(sweep_command, "Children", says(text, 1))
    monkeypatch.setattr(sweep_command, "certified_model", lambda config: None)
    with pytest.raises((OSError, V1BridgeError)) as caught:
        sweep_into(grid, tmp_path / "out")
    failure = failure_of(caught.value)
    assert failure.code == 1
    assert message in failure.message
    assert [found.name for found in tmp_path.iterdir()] == ["grid.toml"]


@pytest.mark.parametrize(("code", "ends_with"), [(2, 2), (1, 1), (-9, 1)])
def test_the_log_of_a_job_that_failed_says_how(
    grid, tmp_path, monkeypatch, code, ends_with
):
    monkeypatch.setattr(sweep_command, "Children", says("v1bridge: a reason\n", code))
    monkeypatch.setattr(sweep_command, "certified_model", lambda config: None)
    out = tmp_path / "out"
    with pytest.raises(V1BridgeError, match="8 of 8 jobs failed") as caught:
        sweep_into(grid, out)
    assert failure_of(caught.value).code == ends_with
    said = (out / "logs/3k-default-1.log").read_text()
    assert said == f"v1bridge: a reason\nended with code {code}\n"
    assert not (out / "sweep.md").exists()  # of nothing


def test_the_table_has_the_thesis_beside_it(grid, trained, tmp_path):
    sweep_into(grid, tmp_path / "out")
    lines = (tmp_path / "out/sweep.md").read_text().splitlines()
    assert len(lines) == 2 + 4
    row = next(line for line in lines if line.startswith("| 3k-lgn | default"))
    assert "85.07; 99.82; 68; 89.4" in row
    # 180 of 200, Wilson: 85.1 to 93.4 %
    assert "90.00 (85.1 to 93.4) [90.0, 90.0]" in row
    assert "| NO |" in row
    assert "about -8 against default" in lines[-1]


def test_a_job_that_fails_is_named(grid, trained, tmp_path, monkeypatch):
    monkeypatch.setattr(
        sweep_command, "_train", lambda job, out, _: 2 * (job.seed == 1)
    )
    with pytest.raises(V1BridgeError, match="4 of 8 jobs failed: 3k-default-1"):
        sweep_into(grid, tmp_path / "out")
