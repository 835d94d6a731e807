"""The package holds what its code reads, and the README keeps its word."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, metadata, version
from pathlib import Path

import pytest

from bridge.version import __version__
from validation.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bridge", "ratemodel", "spiking", "validation", "v1bridge")


def files_of(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix()
        for package in PACKAGES
        for path in (folder / package).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    )


def test_every_file_is_packaged(tmp_path: Path) -> None:
    # a copy, without git's history: with it every file that git knows is taken
    for name in (*PACKAGES, "pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    setup = "from setuptools import setup; setup()"
    subprocess.run(
        [sys.executable, "-c", setup, "--quiet", "build_py", "--build-lib", "built"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert "bridge/column/data/populations.csv" in files_of(ROOT)
    assert files_of(tmp_path / "built") == files_of(ROOT)


def test_every_kind_of_data_file_named_is_there() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    for pattern in setup["package-data"]["*"]:
        assert any(any((ROOT / p).rglob(pattern)) for p in PACKAGES), pattern


def test_every_package_says_that_it_has_types() -> None:
    for package in PACKAGES:
        assert (ROOT / package / "py.typed").read_bytes() == b""


def test_the_command_is_the_module() -> None:
    (found,) = entry_points(group="console_scripts", name="v1bridge")
    assert found.value == "v1bridge.__main__:main"
    assert found.load() is main


def test_the_version_is_that_of_the_installation() -> None:
    assert __version__ == version("v1bridge")
    assert __version__[0].isdigit()


def test_licence_and_notice_go_with_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["license"] == "BSD-3-Clause"
    for name in project["license-files"]:
        assert (ROOT / name).is_file()
    shipped = metadata("v1bridge").get_all("License-File") or []
    assert sorted(shipped) == sorted(project["license-files"])


def test_every_table_of_figures_is_named_in_the_notice() -> None:
    text = (ROOT / "NOTICE").read_text(encoding="utf-8")
    thesis = "validation/training/thesis_accuracies.toml"
    for place in ("bridge/column/data", "bridge/stimulus/data", thesis):
        assert place in text
    tables = [path for name in PACKAGES for path in (ROOT / name).rglob("*.csv")]
    assert tables
    for path in (*tables, ROOT / thesis):
        # the first line of a table names its sources; the notice states their terms
        source = path.read_text(encoding="utf-8").splitlines()[0]
        known = (
            "Billeh et al. 2020",
            "kaeldai/v1_network_builder",
            "FilterNet",
            "H. Chen's 2024 thesis",
        )
        assert source.startswith("# ")
        assert any(one in source and one.split(",")[0] in text for one in known), path


def test_every_folder_with_code_is_a_package() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def readme_command(name: str) -> str:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} command -->\n```sh\n(.+)\n```", text)
    assert found, name
    return found.group(1)


def test_the_readme_has_two_set_up_commands_of_one_line() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert text.count("-m venv") == 2
    for name in ("main", "test"):
        steps = readme_command(name).split(" && ")
        assert steps[0] == "python3 -m venv .venv"
        assert steps[1].startswith(".venv/bin/pip install ")


def test_the_readmes_main_job_is_understood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []
    monkeypatch.setattr(
        "validation.commands.validate.validate_into",
        lambda *given, **flags: seen.append(given),
    )
    program, *words = shlex.split(readme_command("main").split(" && ")[-1])
    assert program == ".venv/bin/v1bridge"
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert not caught.value.code
    assert seen
