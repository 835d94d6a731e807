"""The benchmarks, which no test runs: they start, and find what they replace."""

import ast
import pkgutil
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "benchmarks").rglob("*.py"))
PROGRAMS = [path for path in SOURCES if "__main__" in path.read_text("utf-8")]


def replaced_names(source: str) -> list[str]:
    """Return the strings by which a file says what to replace while it measures."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("patch", "setattr")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_what_they_replace_is_there() -> None:
    names = [n for path in SOURCES for n in replaced_names(path.read_text("utf-8"))]
    assert "spiking.devices.cuda.device.check_cuda" in names
    for name in names:
        pkgutil.resolve_name(name)


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.stem)
def test_each_says_what_it_does(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(path), "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    missing = re.search("No module named '(nest|bmtk)", done.stderr)
    if missing and find_spec(missing[1]) is None:
        pytest.skip(f"needs {missing[1]}")
    assert done.returncode == 0, done.stderr
    assert "usage: " in done.stdout
