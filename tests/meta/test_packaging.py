"""The package holds what its code reads, and the README keeps its word."""

import re
import shlex
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import pytest

from validation.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("bridge", "ratemodel", "spiking", "validation")


def test_every_data_file_is_packaged() -> None:
    setup = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
    patterns = setup["package-data"]["*"]
    data = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and path.suffix not in (".py", ".pyc")
    ]
    assert data
    for path in data:
        folder = path.parent
        while not (folder / "__init__.py").exists():
            folder = folder.parent
        inside = path.relative_to(folder).as_posix()
        assert any(fnmatch(inside, pattern) for pattern in patterns), path


def test_every_folder_with_code_is_a_package() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert (path.parent / "__init__.py").exists(), path


def test_no_module_is_longer_than_600_lines() -> None:
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            assert len(path.read_text().splitlines()) <= 600, path


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
