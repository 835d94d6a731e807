"""The campaign notices what it is there to notice."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent

CALLS = """\
import ctypes, json, os, sys
from isolated import run_isolated

def call(number):
    if number == 0:
        return "fine"
    if number == 1:
        ctypes.string_at(0)
    if number == 2:
        os._exit(3)
    while True:
        pass

print(json.dumps(dict(run_isolated(call, 4, n_jobs=2, limit_s=1.0))))
"""


def run(script: str, *words: str) -> object:
    done = subprocess.run(
        [sys.executable, "-c", script, *words],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{HERE.parents[1]}"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_crashes_ends_and_loops_are_told_apart() -> None:
    assert run(CALLS) == {
        "0": "fine",
        "1": {"signal": signal.SIGSEGV},
        "2": {"exit": 3},
        "3": {"hang": True},
    }
