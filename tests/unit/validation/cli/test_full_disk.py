"""A disk that is full: one line, exit 1, nothing left, nothing lost.

The fault is put where files are synchronised, at a middle and at the last one that a
command writes. A limit to the size of files, and as root a file system of
1 MB, show that no library writes on its own.
"""

import errno
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import tomli_w
from sample_report import report_of, scores

from bridge.files import written_file
from bridge.rate_model import RateModel
from validation.cli.main import main

TRAIN = {
    "column": {"size": 60},
    "model": {"unvalidated": True, "dt_ms": 5.0},
    "tasks": {"tasks": ["orientation"]},
    "readout": {"pool_size": 2},
    "training": {
        "steps": 2,
        "batch": 2,
        "checkpoint_steps": 1,
        "validation_trials": 2,
        "test_trials": 2,
    },
}
GRID = {
    "grid": {"scenarios": ["default"], "sizes": ["60"], "lgn": [False], "seeds": [1]},
    "train": {name: keys for name, keys in TRAIN.items() if name != "column"},
}
VALIDATE = {
    "column": {"size": 60},
    "spiking": {"trials_per_seed": 4, "device": "cpp"},
    "protocol": {"n_directions": 2, "quick": True},
}
SIMULATE = "simulate --size 60 --trials 1 --duration-ms 600 --stimulus blank --spikes"
COMMANDS = {
    "report": "report {tmp}/run --out {tmp}/out",
    "column": "column --size 60 --out {tmp}/out",
    "simulate": SIMULATE + " --device numpy --dt-ms 1 --out {tmp}/out",
    "train": "train {tmp}/train.toml --out {tmp}/out",
}
ON_A_SMALL_DISK = COMMANDS | {
    "report": "report {files}/run --out {tmp}/out",
    "train": "train {files}/train.toml --out {tmp}/out",
    "sweep": "sweep {files}/grid.toml --out {tmp}/out",
    "validate": "validate {files}/validate.toml --out {tmp}/out",
}


def make_files(tmp: Path) -> None:
    report = report_of(
        {"low_pass": scores(RateModel(variant="low_pass", tau_r_ms=3.0), "fail")}, {}
    )
    (tmp / "run").mkdir()
    (tmp / "run/report.json").write_text(json.dumps(report.to_json()))
    for name, content in (("train", TRAIN), ("grid", GRID), ("validate", VALIDATE)):
        (tmp / f"{name}.toml").write_text(tomli_w.dumps(content))


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


class Disk:
    """Counts the files that are synchronised; full from one of them on."""

    def __init__(self) -> None:
        self.n_files, self.full_from = 0, sys.maxsize

    def fsync(self, handle: int) -> None:
        self.n_files += 1
        if self.n_files >= self.full_from:
            raise OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    disk = Disk()
    monkeypatch.setattr(written_file.os, "fsync", disk.fsync)
    return disk


@pytest.fixture
def call(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], one_torch_thread: None
) -> Callable[[str], tuple[int, list[str]]]:
    """Run the command line in this process: exit code, lines of its error."""

    def run(words: str) -> tuple[int, list[str]]:
        with pytest.raises(SystemExit) as caught:
            main([word.replace("{tmp}", str(tmp_path)) for word in words.split()])
        lines = capsys.readouterr().err.splitlines()
        return int(caught.value.code or 0), [n for n in lines if n[:9] == "v1bridge:"]

    make_files(tmp_path)
    return run


@pytest.mark.parametrize("command", COMMANDS)
def test_a_full_disk_is_one_line_and_leaves_all_as_it_was(
    command: str,
    tmp_path: Path,
    disk: Disk,
    call: Callable[[str], tuple[int, list[str]]],
) -> None:
    assert call(COMMANDS[command]) == (0, [])
    n_files, before = disk.n_files, contents(tmp_path)
    for full_from in (n_files // 2, n_files + 1):  # the last one is the journal
        disk.n_files, disk.full_from = 0, full_from
        code, lines = call(f"{COMMANDS[command]} --overwrite")
        assert (code, len(lines)) == (1, 1), lines
        assert "No space left on device" in lines[0]
        after = contents(tmp_path)
        stages = [name for name in after if name.startswith(".out.v1bridge-stages")]
        # a checkpoint that was written is kept for --resume
        assert not stages or any(name.endswith(".safetensors") for name in stages)
        assert not [name for name in stages if name.endswith(".part")]
        assert {n: c for n, c in after.items() if n not in stages} == before


def test_evaluate_writes_its_file_or_none(
    tmp_path: Path, disk: Disk, call: Callable[[str], tuple[int, list[str]]]
) -> None:
    assert call(COMMANDS["train"]) == (0, [])
    before = contents(tmp_path)
    words = "evaluate {tmp}/out --images 2 --out {tmp}/found.json"
    disk.n_files, disk.full_from = 0, 1
    code, lines = call(words)
    assert (code, len(lines)) == (1, 1), lines
    assert contents(tmp_path) == before
    disk.full_from = sys.maxsize
    assert call(words) == (0, [])
    assert json.loads((tmp_path / "found.json").read_text())["split"] == "test"


def run_in_process(words: str, limit_bytes: int | None = None) -> tuple[int, list[str]]:
    limit = f"resource.setrlimit(resource.RLIMIT_FSIZE, ({limit_bytes},) * 2)"
    script = (
        "import resource, sys\nfrom validation.cli.main import main\n"
        f"{limit if limit_bytes else ''}\nmain(sys.argv[1:])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *words.split()],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    lines = done.stderr.splitlines()
    assert not [line for line in lines if "Traceback" in line], done.stderr
    return done.returncode, [line for line in lines if line[:9] == "v1bridge:"]


def test_no_library_writes_past_us(tmp_path: Path) -> None:
    code, lines = run_in_process(
        COMMANDS["column"].replace("{tmp}", str(tmp_path)), limit_bytes=20_000
    )
    assert (code, len(lines)) == (1, 1), lines
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system of 1 MB; skips where that is not allowed."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("mounting a small file system needs root")
    place = tmp_path / "disk"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"a small file system cannot be mounted: {done.stderr.strip()}")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("command", "left_kb"),
    [
        ("column", 200),
        ("simulate", 8),
        ("report", 4),
        ("train", 8),
        *(("sweep", left_kb) for left_kb in (0, 4, 8)),  # no log, an empty one, one
        ("validate", 8),
    ],
)
def test_a_small_disk(
    command: str, left_kb: int, small_disk: Path, tmp_path: Path
) -> None:
    make_files(tmp_path)
    (small_disk / "mine").write_bytes(bytes(1024 * (1024 - left_kb)))
    words = ON_A_SMALL_DISK[command].replace("{tmp}", str(small_disk))
    code, lines = run_in_process(words.replace("{files}", str(tmp_path)))
    assert (code, len(lines)) == (1, 1), lines
    assert "No space left on device" in lines[0] or left_kb == 4
    assert [found.name for found in small_disk.iterdir()] == ["mine"]
