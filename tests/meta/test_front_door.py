"""The front door: what it names, how much it asks, and that its examples run."""

import doctest
import inspect
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import v1bridge as vb

ROOT = Path(__file__).parents[2]
PACKAGES = ("bridge", "spiking", "ratemodel", "validation", "v1bridge")
MOST_ARGUMENTS = 6


def public_functions() -> list[str]:
    return [name for name in vb.__all__ if inspect.isfunction(getattr(vb, name))]


@pytest.mark.parametrize("name", vb.__all__)
def test_every_name_is_there_and_documented(name: str) -> None:
    thing = getattr(vb, name)
    assert inspect.getdoc(thing)
    assert thing.__name__ == name


def test_names_that_are_not_there_are_said_so() -> None:
    with pytest.raises(AttributeError, match="no attribute 'simulte'"):
        vb.simulte  # noqa: B018


def test_every_package_lists_what_is_public() -> None:
    named = {n for p in PACKAGES[:-1] for n in import_module(p).__all__}
    assert named == set(vb.__all__)


@pytest.mark.parametrize("name", public_functions())
def test_a_function_asks_for_little(name: str) -> None:
    parameters = inspect.signature(getattr(vb, name)).parameters.values()
    asked = [p for p in parameters if p.kind is not inspect.Parameter.VAR_KEYWORD]
    assert len(asked) <= MOST_ARGUMENTS


def test_importing_it_loads_nothing_heavy() -> None:
    heavy = {"torch", "brian2", "numpy", "matplotlib", "xarray", "pydantic"}
    script = (
        f"import sys, v1bridge\nsys.exit(','.join({heavy} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def modules_with_examples() -> list[str]:
    return [
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for package in PACKAGES
        for path in sorted((ROOT / package).rglob("*.py"))
        if ">>> " in path.read_text(encoding="utf-8")
    ]


@pytest.mark.parametrize("name", modules_with_examples())
def test_examples_in_docstrings_run(name: str) -> None:
    found = doctest.testmod(import_module(name), optionflags=doctest.ELLIPSIS)
    assert found.attempted
    assert not found.failed


def readme_snippet() -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(r"<!-- snippet -->\n```python\n(.+?)```", text, re.S)
    assert found
    return found.group(1)


def test_the_readmes_snippet_is_short() -> None:
    assert len(readme_snippet().splitlines()) <= 15


@pytest.mark.slow
def test_the_readmes_snippet_runs(tmp_path: Path) -> None:
    script = tmp_path / "snippet.py"
    script.write_text(readme_snippet())
    done = subprocess.run(
        [sys.executable, str(script)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.match(r"Scores\(low_pass_extended: \w+, \d+ of \d+", done.stdout)
    assert "e4" in done.stdout
