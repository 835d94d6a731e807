"""Imports point downward; heavy packages stay where they belong."""

import pkgutil
import subprocess
import sys
from importlib import import_module
from types import ModuleType

import pytest

FORBIDDEN = {
    "bridge": ("torch", "brian2", "spiking", "ratemodel", "validation"),
    "spiking": ("torch", "ratemodel", "validation"),
    "ratemodel": ("brian2", "spiking", "validation"),
}


def modules_of(package: ModuleType) -> list[str]:
    found = pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    return [module.name for module in found]


@pytest.mark.parametrize("name", FORBIDDEN)
def test_a_package_runs_without_what_it_must_not_import(name: str) -> None:
    modules = modules_of(import_module(name))
    assert modules
    # In a fresh process where the forbidden packages cannot be imported at all.
    script = (
        "import sys, importlib\n"
        f"for name in {FORBIDDEN[name]!r}:\n    sys.modules[name] = None\n"
        f"for name in {modules!r}:\n    importlib.import_module(name)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_importing_the_packages_does_no_work() -> None:
    script = (
        "import sys, bridge, spiking, ratemodel, validation, v1bridge\n"
        "sys.exit(','.join({'torch', 'brian2', 'numpy'} & set(sys.modules)) or 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [[], ["validate"]])
def test_the_commands_help_imports_nothing_heavy(words: list[str]) -> None:
    help_ = [sys.executable, "-X", "importtime", "-m", "v1bridge", *words, "--help"]
    done = subprocess.run(help_, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "validation.cli.app" in imported
    assert not imported & {"torch", "brian2", "matplotlib", "scipy"}
