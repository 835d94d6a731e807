"""The command line: help, exit codes, interruption, faults."""

import errno
import re
import subprocess
import sys
import types
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sample_report import report_of, scores

from bridge.errors import DeviceError
from bridge.machine import memory
from bridge.rate_model import RateModel
from bridge.version import __version__
from validation.cli.main import main
from validation.report.run_report import RunReport

COMMANDS = (
    *("validate", "column", "simulate", "report", "check"),
    *("train", "evaluate", "sweep"),
)

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run the command line in this process: exit code, stdout, stderr."""
    monkeypatch.setattr(memory, "available_memory", lambda: 2**40)

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as caught:
            main(words)
        captured = capsys.readouterr()
        return int(caught.value.code or 0), captured.out, captured.err

    return call


@pytest.fixture
def fake_run(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    """Stand in for the orchestration, which imports torch and Brian2."""
    module = types.ModuleType("validation.runs.validation")

    def run_validation(
        config: Any, folder: Any, progress: Any, loaded: Any = None
    ) -> RunReport:
        progress.start("spiking model", 2)
        progress.advance("spiking model")
        progress.finish("spiking model")
        (folder.staging / "report.json").write_text("{}")
        model = RateModel(variant="low_pass", tau_r_ms=3.0)
        return report_of({"low_pass": scores(model, "fail")}, {})

    module.run_validation = run_validation  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "validation.runs.validation", module)
    return module


@pytest.mark.parametrize("command", COMMANDS)
def test_help_shows_examples_that_name_the_command(run: Run, command: str) -> None:
    code, out, err = run(command, "--help")
    assert (code, err) == (0, "")
    assert "Examples" in out
    assert len(re.findall(rf"v1bridge {command} ", out)) >= 2


def test_help_teaches_the_defaults(run: Run) -> None:
    _, out, _ = run("validate", "--help")
    words = " ".join(out.replace("│", " ").split())
    for default in ("3k", "1", "cpp", "all three"):
        assert f"[default: {default}]" in words


def test_no_words_show_the_help(run: Run) -> None:
    code, out, _ = run()
    assert code == 0
    assert all(command in out for command in COMMANDS)


def test_version(run: Run) -> None:
    assert run("--version") == (0, f"v1bridge {__version__}\n", "")


def test_a_completed_run_exits_with_0_whatever_the_verdict(
    run: Run, fake_run: types.ModuleType, tmp_path: Path
) -> None:
    out_folder = tmp_path / "run"
    code, out, _ = run("validate", "--seed", "4", "--out", str(out_folder))
    assert code == 0
    assert "fail" in out
    assert "seed = 4" in (out_folder / "config.toml").read_text()
    again, _, err = run(
        "validate",
        str(out_folder / "config.toml"),
        "--resume",
        "--out",
        str(out_folder),
    )
    assert (again, err) == (0, "")


def test_options_reach_the_run(
    run: Run,
    fake_run: types.ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    plain = fake_run.run_validation

    def spy(config: Any, folder: Any, progress: Any, loaded: Any) -> Any:
        seen.append(config)
        return plain(config, folder, progress, loaded)

    monkeypatch.setattr(fake_run, "run_validation", spy)
    words = "validate --size 6k --no-surround --variants low-pass --plain --quick"
    code, _, err = run(
        *words.split(), "--device", "numpy", "--out", str(tmp_path / "run")
    )
    assert code == 0, err
    config = seen[0]
    assert config.column.size == "6k"
    assert not config.column.surround
    assert config.rate.variants == ("low_pass",)
    assert config.rate.forms == ("plain",)
    assert config.protocol.quick
    assert config.spiking.device == "numpy"


def test_the_surround_responds_where_that_is_asked_for(
    run: Run,
    fake_run: types.ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen = []
    plain = fake_run.run_validation

    def spy(config: Any, *others: Any) -> Any:
        seen.append(config.protocol.surround)
        return plain(config, *others)

    monkeypatch.setattr(fake_run, "run_validation", spy)
    words = ("validate", "--surround", "responding", "--out")
    assert run("validate", "--out", str(tmp_path / "a"))[0] == 0
    assert run(*words, str(tmp_path / "b"))[0] == 0
    assert seen == ["frozen", "responding"]
    code, _, err = run(*words, str(tmp_path / "c"), "--no-surround")
    assert code == 2
    assert err.count("\n") == 1
    assert "exclude each other" in err


@pytest.mark.parametrize(
    ("error", "expected_code"),
    [
        (DeviceError("no compiler: install g++"), 2),
        (KeyboardInterrupt(), 130),
        (MemoryError(), 1),
        (OSError(errno.ENOSPC, "No space left on device"), 1),
    ],
)
def test_a_stopped_run_says_so_in_one_line_and_leaves_nothing(
    run: Run,
    fake_run: types.ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    expected_code: int,
) -> None:
    def stop(config: Any, folder: Any, progress: Any, column: Any) -> None:
        (folder.staging / "report.html").write_text("half")
        raise error

    monkeypatch.setattr(fake_run, "run_validation", stop)
    code, _, err = run("validate", "--out", str(tmp_path / "run"))
    assert code == expected_code
    assert err.count("\n") == 1
    assert err.startswith("v1bridge: ")
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_ours_goes_to_a_log(
    run: Run,
    fake_run: types.ModuleType,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(config: Any, folder: Any, progress: Any, column: Any) -> None:
        raise ZeroDivisionError("two\nlines")

    monkeypatch.setattr(fake_run, "run_validation", fail)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    code, _, err = run("validate", "--out", str(tmp_path / "run"))
    assert code == 1
    assert err.count("\n") == 1
    assert "Traceback" not in err
    log = Path(err.split()[-1])
    assert "ZeroDivisionError" in log.read_text()
    assert log.parent == tmp_path


def test_reading_a_configuration_needs_neither_torch_nor_brian2() -> None:
    script = (
        "import sys\n"
        "from validation.config.sweep import read_sweep\n"
        "from validation.config.train import merged_train_config\n"
        "from validation.config.validate import merged_config\n"
        "merged_config(None, {'spiking': {'device': 'auto'}})\n"
        "merged_train_config(None, {'scenario': {'name': 'hybrid'}})\n"
        "heavy = {'torch', 'brian2', 'matplotlib'} & set(sys.modules)\n"
        "sys.exit(','.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_help_needs_neither_torch_nor_brian2() -> None:
    script = (
        "import sys\n"
        "from validation.cli.main import main\n"
        "try:\n    main(['validate', '--help'])\n"
        "except SystemExit:\n    pass\n"
        "heavy = {'torch', 'brian2', 'matplotlib', 'scipy'} & set(sys.modules)\n"
        "sys.exit(','.join(sorted(heavy)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
