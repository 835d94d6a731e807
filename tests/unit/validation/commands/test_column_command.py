"""``v1bridge column``: files, matrices, and what the terminal shows."""

import csv
from pathlib import Path

import numpy as np
import pytest

from bridge.column.building.build import build_column
from bridge.column.populations import CLASSES
from bridge.sonata.read import read_sonata
from validation.cli.main import main


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("column") / "out"
    with pytest.raises(SystemExit) as caught:
        main(["column", "--size", "200", "--seed", "3", "--out", str(out)])
    assert not caught.value.code
    return out


def test_the_files_hold_the_column(folder: Path) -> None:
    assert read_sonata(folder).hash == build_column(200, 3).hash


def test_the_matrices_count_the_connections(folder: Path) -> None:
    column = build_column(200, 3)
    with (folder / "connectivity_count.csv").open() as file:
        head, *rows = csv.reader(file)
    assert tuple(head[1:]) == CLASSES
    assert tuple(row[0] for row in rows) == CLASSES
    counts = np.array([[int(n) for n in row[1:]] for row in rows])
    assert counts.sum() == column.recurrent.n_edges
    # Counted one by one: connections onto e4 cells from e23 cells.
    is_e4, is_e23 = (np.isin(np.arange(200), column.cells_of(p)) for p in ("e4", "e23"))
    expected = (is_e4[column.recurrent.target] & is_e23[column.recurrent.source]).sum()
    assert counts[CLASSES.index("e4"), CLASSES.index("e23")] == expected


def test_the_pictures_are_pictures(folder: Path) -> None:
    for name in ("connectivity", "connectivity_populations"):
        assert (folder / f"{name}.png").read_bytes().startswith(b"\x89PNG")
        assert (folder / f"{name}.svg").read_text().startswith("<svg")


def test_the_terminal_shows_both_matrices(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["column", "--size", "100", "--out", str(tmp_path / "out")])
    out = capsys.readouterr().out
    for title in ("Connections by class", "Connection probability by population"):
        assert title in out
    assert build_column(100, 1).hash in out
    assert "…" not in out


def test_the_bare_cut_has_no_surround(tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(SystemExit):
        main(["column", "--size", "100", "--no-surround", "--out", str(out)])
    assert read_sonata(out).surround.n_streams == 0
