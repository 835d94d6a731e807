"""Whether an error is of the input, the machine or ours; always one line."""

import errno
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from bridge.errors import DeviceError, InputError, RunFolderError, StoppedError
from validation.cli.failures import failure_of

ROOT = Path(__file__).parents[4]


def of_system(number: int, name: str | None) -> OSError:
    return OSError(number, f"reason {number}", name)


@pytest.mark.parametrize(
    ("error", "code", "needle"),
    [
        (InputError("c.toml: unknown key"), 2, "c.toml: unknown key"),
        (DeviceError("no compiler"), 2, "no compiler"),
        (StoppedError("stopped after step 3", 1), 129, "step 3"),
        (of_system(errno.EACCES, "/a/b"), 2, "/a/b: reason 13"),
        (of_system(errno.ELOOP, "/a/b"), 2, "/a/b: "),
        (of_system(errno.ENAMETOOLONG, "/a/b"), 2, "/a/b: "),
        (of_system(errno.EROFS, "/a/b"), 2, "/a/b: "),
        (of_system(errno.ENOSPC, "/a/b"), 1, "/a/b: "),
        (of_system(errno.EFBIG, None), 1, "nothing was left"),
        (of_system(errno.EMFILE, "/a/b"), 1, "/a/b: "),
        (of_system(errno.ECONNRESET, None), 1, "reason"),
        (MemoryError(), 1, "out of memory"),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory"), 1, "memory"),
        (RecursionError(), 2, "nested too deep"),
    ],
)
def test_bad_input_is_2_and_a_poor_machine_is_1(
    error: Exception, code: int, needle: str
) -> None:
    failure = failure_of(error)
    assert failure.code == code
    assert needle in failure.message
    assert "fault of v1bridge" not in failure.message


def test_a_full_disk_behind_an_error_of_ours_is_the_machines() -> None:
    error = RunFolderError("out: cannot be written")
    error.__cause__ = of_system(errno.ENOSPC, "out")
    assert failure_of(error) == (1, "out: cannot be written")
    error.__cause__ = of_system(errno.EACCES, "out")
    assert failure_of(error).code == 2


def test_a_fault_of_ours_is_logged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    failure = failure_of(ZeroDivisionError("lone \ud800"))
    (log,) = tmp_path.iterdir()
    assert failure.code == 1
    assert failure.message.endswith(str(log))
    assert "ZeroDivisionError" in log.read_text()


def test_a_log_that_cannot_be_written_is_no_second_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    failure = failure_of(ZeroDivisionError("two"))
    assert failure.code == 1
    assert "could not be written" in failure.message


def test_a_log_that_grows_too_large_is_taken_away(tmp_path: Path) -> None:
    script = (
        "import resource, signal, tempfile\n"
        f"tempfile.tempdir = {str(tmp_path)!r}\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8, 8))\n"
        "from validation.cli.failures import failure_of\n"
        "print(failure_of(ZeroDivisionError('two')).message)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", script],
        **{"cwd": ROOT, "capture_output": True, "text": True, "check": False},
    )
    assert done.stderr == ""
    assert "could not be written" in done.stdout
    assert list(tmp_path.iterdir()) == []
