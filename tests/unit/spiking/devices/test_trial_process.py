"""A program that runs trials, and what becomes of one that is none."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.errors import DeviceError
from spiking.devices.trial_process import TrialProcess

Start = Callable[[str], TrialProcess]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start a program of the shell as if it were a simulation."""

    def started(text: str) -> TrialProcess:
        program = tmp_path / "main"
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
        return TrialProcess([str(program)], tmp_path / "errors", "cpp")

    return started


def test_steps_are_reported_as_they_are_done(start: Start) -> None:
    process = start("read line; echo 10; echo 25; echo done")
    assert list(process.ask("trial")) == [10, 15]
    process.close()
    process.wait()


@pytest.mark.parametrize("answer", ["hello", "-1", "1e9", "\\0377\\0376", "²"])
def test_a_program_that_is_no_simulation_is_named(start: Start, answer: str) -> None:
    process = start(f"read line; printf '%b\\n' '{answer}'")
    with pytest.raises(DeviceError, match=r"does not answer .* remove .* again"):
        list(process.ask("trial"))
    process.kill()
    process.wait()


def test_one_that_dies_is_quoted(start: Start) -> None:
    process = start("read line; printf 'no\\nspace \\377' >&2; exit 3")
    with pytest.raises(DeviceError, match="ended with code 3: no space \ufffd") as died:
        list(process.ask("trial"))
    process.wait()
    assert isinstance(died.value.__cause__, OSError)  # no fault of the input


def test_one_that_dies_without_a_word(start: Start) -> None:
    for end, why in (("exit 3", "no room to say why"), ("kill -9 $$", "killed, or")):
        process = start(f"read line; {end}")
        with pytest.raises(DeviceError, match=why):
            list(process.ask("trial"))
        process.wait()
