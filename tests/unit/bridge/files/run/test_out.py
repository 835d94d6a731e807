"""A place for results that is, holds or lies in an input, or cannot be written."""

from pathlib import Path

import pytest

from bridge.errors import RunFolderError
from bridge.files.run.out import check_new_file, check_out, refuse_overlap


@pytest.mark.parametrize(
    ("out", "read", "how"),
    [
        ("run", "run", "is"),
        ("run/.", "x/../run", "is"),
        ("link", "run", "is"),
        ("run", "link", "is"),
        ("run", "run/certificates/a.json", "holds"),
        ("link", "run/deep/er", "holds"),
        ("run/below", "run", "lies in"),
        ("link/below", "run", "lies in"),
    ],
)
def test_a_place_that_meets_an_input_is_refused(
    tmp_path: Path, out: str, read: str, how: str
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "link").symlink_to("run")
    with pytest.raises(RunFolderError, match=rf"{how} an input, column\.path"):
        refuse_overlap(tmp_path / out, {"column.path": tmp_path / read})


def test_a_place_beside_an_input_is_not(tmp_path: Path) -> None:
    refuse_overlap(tmp_path / "run2", {"a": tmp_path / "run", "b": tmp_path / "c.toml"})


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("file", "is a file"),
        ("file/below", "cannot be written"),
        ("n" * 250, "cannot be written"),
        ("loop", "not a place"),
        ("loop/below", "cannot be written"),
        ("full", "is not empty"),
    ],
)
def test_a_place_that_cannot_be_written_is_refused(
    tmp_path: Path, out: str, words: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "full").mkdir()
    (tmp_path / "full/mine").write_text("mine")
    with pytest.raises(RunFolderError, match=words) as caught:
        check_out(tmp_path / out, "report", {})
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("file", "is there already"),
        ("dangling", "is there already"),
        ("nowhere/a.json", "no such folder"),
        ("file/a.json", "cannot be written"),
        ("n" * 300, "cannot be written"),
        ("run/a.json", "lies in an input"),
    ],
)
def test_a_file_that_cannot_be_written_is_refused(
    tmp_path: Path, out: str, words: str
) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "dangling").symlink_to("nothing")
    (tmp_path / "run").mkdir()
    with pytest.raises(RunFolderError, match=words):
        check_new_file(tmp_path / out, {"RUN": tmp_path / "run"})
    check_new_file(tmp_path / "new.json", {"RUN": tmp_path / "run"})
