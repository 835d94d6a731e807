"""Where something else is called like one of our packages, one line says so.

Each test runs in fresh processes: a copy of the packages stands for an installation.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from v1bridge.name_clash import MARK, PACKAGES

ROOT = Path(__file__).resolve().parents[2]
SHOUT = "import sys\nsys.stderr.write('the foreign package ran')\n"
COMMAND = (sys.executable, "-m", "v1bridge", "--version")
IMPORT = (sys.executable, "-c", "import v1bridge")


@pytest.fixture
def installed(tmp_path: Path) -> Path:
    """Return a folder with our packages, as in an environment."""
    folder = tmp_path / "site"
    folder.mkdir()
    for name in ("v1bridge", *PACKAGES):
        shutil.copytree(
            ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    return folder


@pytest.fixture
def here(tmp_path: Path) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    return folder


def start(
    words: tuple[str, ...], path: Path, folder: Path
) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(path), "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTHONSAFEPATH", None)
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def assert_refused(path: Path, folder: Path, in_the_way: Path) -> None:
    command, imported = start(COMMAND, path, folder), start(IMPORT, path, folder)
    assert command.returncode == 2
    assert command.stdout == ""
    assert command.stderr.count("\n") == 1
    assert command.stderr.startswith(f"v1bridge: {in_the_way} ")
    assert imported.returncode == 1
    reason = command.stderr.removeprefix("v1bridge: ")
    assert imported.stderr.endswith(f"ImportError: {reason}")
    assert "the foreign package ran" not in command.stderr + imported.stderr


def test_where_nothing_is_in_the_way_nothing_is_said(
    installed: Path, here: Path
) -> None:
    command, imported = start(COMMAND, installed, here), start(IMPORT, installed, here)
    assert (command.returncode, command.stderr) == (0, "")
    assert (imported.returncode, imported.stderr) == (0, "")


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_in_the_current_folder_is_named(
    installed: Path, here: Path, name: str
) -> None:
    (here / name).mkdir()
    foreign = here / name / "__init__.py"
    foreign.write_text(SHOUT)
    assert_refused(installed, here, foreign)


def test_a_module_in_the_current_folder_is_named(installed: Path, here: Path) -> None:
    foreign = here / "bridge.py"
    foreign.write_text(SHOUT)
    assert_refused(installed, here, foreign)


def test_a_package_installed_over_ours_is_named(installed: Path, here: Path) -> None:
    ours = installed / "validation" / "__init__.py"
    ours.write_text(SHOUT)
    assert_refused(installed, here, ours)


def test_a_package_that_is_gone_is_named(installed: Path, here: Path) -> None:
    shutil.rmtree(installed / "spiking")
    assert_refused(installed, here, installed / "spiking" / "__init__.py")


def test_a_folder_without_code_is_named_where_python_would_take_it(
    installed: Path, here: Path
) -> None:
    """An editable installation is asked last, after folders of that name."""
    (here / "validation").mkdir()
    script = (
        "import sys\n"
        "from importlib.machinery import PathFinder\n"
        "class Last:\n"
        "    def find_spec(name, path=None, target=None):\n"
        f"        return PathFinder.find_spec(name, [{str(installed)!r}])\n"
        "sys.meta_path.append(Last)\n"
        "sys.argv[0] = 'bin/v1bridge'\n"
        "import v1bridge\n"
    )
    # without the packages of this environment, ours may be among them
    done = start((sys.executable, "-S", "-c", script), here, here)
    assert done.returncode == 2
    assert done.stderr.startswith(f"v1bridge: {here / 'validation'} is in the way")


def test_a_folder_without_code_is_no_matter_where_python_prefers_ours(
    installed: Path, here: Path
) -> None:
    (here / "bridge").mkdir()
    assert start(COMMAND, installed, here).returncode == 0


def test_a_foreign_package_that_was_imported_before_is_named(
    installed: Path, here: Path, tmp_path: Path
) -> None:
    foreign = tmp_path / "elsewhere" / "bridge.py"
    foreign.parent.mkdir()
    foreign.write_text("")
    script = (
        f"import sys\nsys.path.insert(0, {str(foreign.parent)!r})\nimport bridge\n"
        "sys.path.pop(0)\nimport v1bridge\n"
    )
    done = start((sys.executable, "-c", script), installed, here)
    assert done.returncode == 1
    assert f"ImportError: {foreign} is in the way" in done.stderr


@pytest.mark.parametrize("name", PACKAGES)
def test_each_package_bears_the_mark(name: str) -> None:
    assert MARK in (ROOT / name / "__init__.py").read_bytes()
