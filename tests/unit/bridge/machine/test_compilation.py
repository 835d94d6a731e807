"""Compilers as processes: failures and time limits end in one line."""

import errno
import sys

import pytest

from bridge.errors import DeviceError
from bridge.machine.compilation import run_all


def python(code):
    return [sys.executable, "-c", code]


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (
            "import sys; sys.exit('note\\na.c:1: error: no x\\na.c:2: error: no y')",
            "why: a.c:1: error: no x",
        ),
        ("import sys; sys.exit(3)", "why: exit code 3"),
    ],
)
def test_the_reason_is_the_first_error_or_the_exit_code(tmp_path, code, message):
    with pytest.raises(DeviceError) as error:
        run_all([python(code)], tmp_path, lambda reason: f"why: {reason}")
    assert str(error.value) == message


def test_what_cannot_start_is_a_failure(tmp_path):
    with pytest.raises(DeviceError, match="no such program"):
        run_all([["./no such program"]], tmp_path, str)


def test_a_time_limit_ends_the_processes(tmp_path):
    wait = "import time; time.sleep(60)"
    with pytest.raises(DeviceError, match=r"not done after 0\.2 s"):
        run_all([python(wait)] * 3, tmp_path, str, timeout_s=0.2)


def test_all_commands_run_in_the_folder(tmp_path):
    run_all([python(f"open('{k}', 'w')") for k in range(5)], tmp_path, str)
    assert sorted(path.name for path in tmp_path.iterdir()) == list("01234")


def test_a_full_disk_is_no_error_of_the_sources(tmp_path):
    said = "import sys; sys.exit('x.s: error: No space left on device\\nld: error: 1')"
    with pytest.raises(DeviceError) as error:
        run_all([python(said)], tmp_path, lambda reason: f"why: {reason}")
    assert str(error.value) == "why: No space left on device"
    assert error.value.__cause__.errno == errno.ENOSPC
