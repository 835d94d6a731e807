"""How much memory is free, and what is said of a run that needs more."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.machine import memory
from bridge.machine.memory import GIB, available_memory, require_memory

ROOT = Path(__file__).parents[4]


@pytest.fixture
def four_free(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 4 * GIB)


def test_what_does_not_fit_is_refused_with_both_numbers(four_free: None) -> None:
    with pytest.raises(InputError) as caught:
        require_memory(int(5.5 * GIB), "a run", "lower --size")
    assert str(caught.value) == (
        "a run needs about 5.5 GiB of memory, 4.0 GiB are free: lower --size"
    )


def test_what_takes_a_lot_says_so_and_what_takes_little_does_not(
    four_free: None,
) -> None:
    assert require_memory(3 * GIB, "a run", "") == (
        "a run needs about 3.0 GiB of memory, 4.0 GiB are free"
    )
    assert require_memory(GIB // 2, "a run", "") == ""


def test_on_a_large_machine_it_takes_more_to_be_a_lot(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: 64 * GIB)
    assert require_memory(3 * GIB, "a run", "") == ""
    assert require_memory(20 * GIB, "a run", "")


def test_where_the_system_does_not_tell_nothing_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    assert require_memory(10**15, "a run", "")


@pytest.mark.skipif(not Path("/proc/meminfo").exists(), reason="there is no /proc")
def test_the_machine_has_some() -> None:
    free = available_memory()
    assert free is not None
    assert 0 < free < 2**50


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="there is no /proc")
def test_a_limit_of_the_shell_counts() -> None:
    limit = 2 * GIB
    script = (
        "from bridge.machine.memory import available_memory\n"
        "print(available_memory())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (limit, limit)),
    )
    assert 0 < int(done.stdout) < limit


def test_a_container_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "memory.max").write_text("1000000\n")
    (tmp_path / "memory.current").write_text("700000\n")
    (tmp_path / "memory.stat").write_text("anon 5\ninactive_file 100000\n")
    real = memory.Path

    def path(name: str) -> Path:
        return tmp_path if name == "/sys/fs/cgroup" else real(name)

    monkeypatch.setattr(memory, "Path", path)
    assert memory._of_container() == 400_000
    assert available_memory() == 400_000
    (tmp_path / "memory.max").write_text("max\n")
    assert memory._of_container() is None
