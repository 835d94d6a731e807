"""Ctrl-C, a closed terminal, a closed pipe: one line at most, never a traceback."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from bridge.machine.signals import Interrupted, Signals

ROOT = Path(__file__).parents[4]
COMMAND = (sys.executable, "-m", "v1bridge")
WAITS = (
    "import sys, time\n"
    "sys.argv = ['v1bridge', 'criteria']\n"
    "import v1bridge\n"
    "import validation.measures.criteria as criteria\n"
    "def wait(changes):\n"
    "    try:\n"
    "        print('waiting', flush=True)\n"
    "        time.sleep(60)\n"
    "    finally:\n"
    "        print('tidying', flush=True)\n"
    "        time.sleep(TIDY)\n"
    "        print('tidied', flush=True)\n"
    "criteria.load_criteria = wait\n"
    "from v1bridge.__main__ import main\n"
    "main()\n"
)


def start(*words: str, **options: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        words,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


def waiting(tidy_s: float = 0.0, before: str = "") -> subprocess.Popen[str]:
    process = start(sys.executable, "-c", before + WAITS.replace("TIDY", str(tidy_s)))
    assert process.stdout is not None
    assert process.stdout.readline() == "waiting\n"
    return process


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)],
)
def test_a_signal_unwinds_the_command(number: int, code: int) -> None:
    process = waiting()
    process.send_signal(number)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (code, "tidying\ntidied\n")
    assert err == "v1bridge: interrupted; nothing was left half-written\n"


def test_a_second_signal_does_not_break_off_the_tidying() -> None:
    process = waiting(tidy_s=0.5)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "tidying\n"
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "tidied\n")
    assert err.count("\n") == 1


def test_a_user_who_insists_is_obeyed() -> None:
    process = waiting(tidy_s=60.0)
    process.send_signal(signal.SIGINT)
    assert process.stdout is not None
    assert process.stdout.readline() == "tidying\n"
    for _ in range(50):
        process.send_signal(signal.SIGINT)
        time.sleep(0.1)
        if process.poll() is not None:
            break
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (130, "", "")


def test_a_signal_that_an_except_swallowed_is_obeyed_the_next_time() -> None:
    signals = Signals()
    for _ in range(2):
        with pytest.raises(Interrupted):
            signals._obey(signal.SIGINT, None)
    assert signals.received == signal.SIGINT


def test_under_nohup_a_closed_terminal_is_no_signal() -> None:
    process = waiting(
        before="import signal\nsignal.signal(signal.SIGHUP, signal.SIG_IGN)\n"
    )
    process.send_signal(signal.SIGHUP)
    time.sleep(0.2)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 143


def test_an_interrupt_is_listened_for_before_anything_is_imported() -> None:
    script = (
        "import os, sys\n"  # as site does
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "sys.argv = ['v1bridge', 'criteria']\n"
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if not name.startswith('v1bridge'):\n"
        "            os.kill(os.getpid(), 2)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "import v1bridge\n"
    )
    process = start(sys.executable, "-I", "-S", "-c", script)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err == "v1bridge: interrupted; nothing was begun\n"


def test_an_interrupt_during_the_imports_is_one_line() -> None:
    script = (
        "import os, signal, sys\n"
        "sys.argv = ['v1bridge', 'criteria']\n"
        "import v1bridge\n"  # handles it from here on
        "class Finder:\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'validation.cli.main':\n"
        "            os.kill(os.getpid(), signal.SIGINT)\n"
        "sys.meta_path.insert(0, Finder())\n"
        "import v1bridge.__main__\n"
        "print('went on')\n"
    )
    process = start(sys.executable, "-c", script)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out) == (130, "")
    assert err == "v1bridge: interrupted; nothing was begun\n"


def test_a_library_leaves_the_signals_alone() -> None:
    script = (
        "import signal, v1bridge\n"
        "assert signal.getsignal(signal.SIGINT) is signal.default_int_handler\n"
    )
    process = start(sys.executable, "-c", script)
    assert process.communicate(timeout=30) == ("", "")


def test_a_pipe_that_is_read_no_further_ends_without_a_word() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "criteria"],
        cwd=ROOT,
        stdout=writing,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_an_output_that_is_full_is_one_line() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*COMMAND, "criteria"],
            cwd=ROOT,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("v1bridge: ")
