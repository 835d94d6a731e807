"""What is no plain file of a sensible size is refused before it is read."""

import os
from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.files.json_file import read_json
from bridge.files.regular_file import read_bytes, read_text
from bridge.files.toml_file import read_toml


def test_a_regular_file_is_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("τ")
    (tmp_path / "b").symlink_to("a")
    assert read_text(tmp_path / "b") == "τ"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda p: None, "no such list"),
        (lambda p: p.mkdir(), "is a folder"),
        (os.mkfifo, "is a pipe"),
        (lambda p: p.symlink_to("/dev/zero"), "is a pipe, device"),
        (lambda p: p.symlink_to(p.name), "cannot be read"),
    ],
    ids=["missing", "folder", "pipe", "device", "loop"],
)
def test_anything_else_is_refused(tmp_path: Path, make, said: str) -> None:
    path = tmp_path / "x"
    make(path)
    with pytest.raises(InputError, match=said):
        read_bytes(path, "list")


def test_a_name_that_no_system_has_is_refused() -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(Path("a\0b"))
    with pytest.raises(InputError, match="cannot be read"):
        read_bytes(Path("a" * 5000))


def test_too_large_a_file_is_refused_by_its_size(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with path.open("wb") as file:
        file.truncate(2**40)  # sparse
    with pytest.raises(InputError, match="too large for a table"):
        read_bytes(path, "table")


def test_what_is_not_utf_8_or_nested_too_deep_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read_text(path)
    path.write_text("[" * 200_000)
    with pytest.raises(InputError, match="JSON: nested too deep"):
        read_json(path)
    path.write_text("a = " + "[" * 200_000)
    with pytest.raises(InputError, match="TOML: nested too deep"):
        read_toml(path)


def test_a_key_that_stands_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text('{"a": [{"dt": 1, "b": 2, "dt": 0.1}]}')
    with pytest.raises(InputError, match="dt occurs twice"):
        read_json(path)
