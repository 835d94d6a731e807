"""No folder is crowded and no file is long: a reader finds things by their names."""

import statistics
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bridge", "spiking", "ratemodel", "validation", "v1bridge")
FOLDERS = (*PACKAGES, "benchmarks")
CODE = (".py", ".h", ".cpp", ".cu", ".j2", ".css", ".js")
MOST_FILES, MOST_LINES, MOST_LINES_AT_MEDIAN = 14, 400, 120


def files_of(folder: str) -> list[Path]:
    """Return what somebody has to find his way in: neither data nor compiled code."""
    return [
        path
        for path in sorted((ROOT / folder).rglob("*"))
        if path.is_file()
        and path.name != "__init__.py"
        and not {"data", "__pycache__"} & set(path.relative_to(ROOT).parts)
    ]


def n_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_holds_few_files(folder: str) -> None:
    files = Counter(str(path.parent.relative_to(ROOT)) for path in files_of(folder))
    assert files
    assert {name: n for name, n in files.items() if n > MOST_FILES} == {}


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_file_is_short(folder: str) -> None:
    code = [path for path in files_of(folder) if path.suffix in CODE]
    lines = {str(path.relative_to(ROOT)): n_lines(path) for path in code}
    assert lines
    assert {name: n for name, n in lines.items() if n > MOST_LINES} == {}


def test_half_of_the_files_are_very_short() -> None:
    lines = [
        n_lines(path)
        for package in PACKAGES
        for path in files_of(package)
        if path.suffix == ".py"
    ]
    assert statistics.median(lines) <= MOST_LINES_AT_MEDIAN
