"""What is imported is declared."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bridge", "spiking", "ratemodel", "validation", "v1bridge")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]

DISTRIBUTIONS = {"sklearn": "scikit-learn", "nest": "nest-simulator"}
"""Distributions that are not called as what they give to import."""

EXTRAS = {
    "bridge": (),
    "spiking": ("cuda",),
    "ratemodel": (),
    "validation": (),
    "v1bridge": (),
    "tests": ("test",),
    "benchmarks": ("nest", "cuda"),
}
"""Extras that a folder may need."""


def normal(name: str) -> str:
    """Return a name of a distribution as indices compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared(extras: tuple[str, ...]) -> set[str]:
    lines = list(PROJECT["dependencies"])
    for extra in extras:
        lines += PROJECT["optional-dependencies"][extra]
    return {normal(re.match(r"[\w.-]+", line)[0]) for line in lines}


def imported(folder: Path) -> Iterator[tuple[str, Path]]:
    """Give the first word of each import, those inside functions included."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            else:
                continue
            for name in names:
                yield name.partition(".")[0], path


@pytest.mark.parametrize("folder", EXTRAS)
def test_every_import_is_declared(folder: str) -> None:
    own = {*PACKAGES, *(path.stem for path in (ROOT / folder).rglob("*.py"))}
    if folder == "tests":
        own |= {"cuda_on_cpu"}  # made by the test that imports it
        own |= {"results_page"}  # of benchmarks/
    if folder == "benchmarks":
        own |= {"small_networks"}  # of tests/agreement, whose references it makes
    allowed = declared(EXTRAS[folder])
    found = set()
    for name, path in imported(ROOT / folder):
        if name in own or name in sys.stdlib_module_names:
            continue
        found.add(name)
        assert normal(DISTRIBUTIONS.get(name, name)) in allowed, (name, path)
    assert found or folder == "v1bridge"


@pytest.mark.parametrize("minor", [11, 12, 13])
def test_each_python_named_is_one_that_may_install(minor: int) -> None:
    assert PROJECT["requires-python"] == ">=3.11"
    assert f"Programming Language :: Python :: 3.{minor}" in PROJECT["classifiers"]
