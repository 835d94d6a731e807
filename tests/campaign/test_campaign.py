"""A small share of the campaign: mutated inputs, and runs that are killed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
HERE = Path(__file__).parent


@pytest.mark.parametrize(
    ("script", "share"),
    [
        ("fuzz.py", ["--inputs", "290"]),
        ("kills.py", ["--train", "6", "--validate", "0", "--sweep", "0"]),
    ],
)
def test_a_share_of_it_finds_nothing_wrong(script: str, share: list[str]) -> None:
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(HERE / script), *share],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=HERE.parents[1],
    )
    assert done.returncode == 0, done.stdout + done.stderr
