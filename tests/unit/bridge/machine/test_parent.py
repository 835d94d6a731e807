"""Children do not outlive a parent that could not end them."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bridge.machine.parent import PARENT

ROOT = Path(__file__).parents[4]
CHILD = (
    "import bridge.machine.parent as p, time\n{watch}\nprint('up', flush=True)\n{body}"
)
PARENT_CODE = (
    "import os, subprocess, sys, time\n"
    "environment = {{**os.environ, {name!r}: str(os.getpid())}}\n"
    "child = subprocess.Popen([sys.executable, '-c', {child!r}], env=environment)\n"
    "print(child.pid, flush=True)\n"
    "time.sleep(60)\n"
)


def lives(process: int) -> bool:
    """Return whether a process runs; a zombie that nobody collects does not."""
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def wait_for_end(process: int, within_s: float) -> bool:
    end = time.monotonic() + within_s
    while lives(process) and time.monotonic() < end:
        time.sleep(0.05)
    return not lives(process)


def child_of_a_killed_parent(watch: str, body: str) -> int:
    """Return the id of a child whose parent was killed while it worked."""
    child = CHILD.format(watch=watch, body=body)
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT_CODE.format(name=PARENT, child=child)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert parent.stdout is not None
    number = int(parent.stdout.readline())
    assert parent.stdout.readline() == "up\n"
    assert lives(number)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    return number


pytestmark = pytest.mark.skipif(
    not Path("/proc/self/stat").exists(), reason="looks for processes in /proc"
)


@pytest.mark.parametrize(
    "watch", ["import os; p.end_with_parent(os.getppid())", "p.end_with_named_parent()"]
)
def test_a_child_ends_with_a_parent_that_is_killed(watch: str) -> None:
    child = child_of_a_killed_parent(watch, "time.sleep(60)")
    assert wait_for_end(child, 5.0)


def test_without_it_a_child_lives_on() -> None:
    child = child_of_a_killed_parent("", "time.sleep(60)")
    time.sleep(0.7)
    assert lives(child)
    os.kill(child, signal.SIGKILL)


def test_it_can_tidy_up_but_not_for_ever() -> None:
    watch = "import os, signal; p.GRACE_S = 0.5; p.end_with_parent(os.getppid())"
    deaf = "signal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)"
    assert wait_for_end(child_of_a_killed_parent(watch, deaf), 6.0)


def test_a_child_whose_parent_lives_works_on() -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            "import os, time, bridge.machine.parent as p\n"
            "p.LOOK_S = 0.01\np.end_with_named_parent()\ntime.sleep(0.2)\n"
            f"print({PARENT!r} in os.environ)",
        ],
        cwd=ROOT,
        env={**os.environ, PARENT: str(os.getpid())},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "False\n")
