"""Tables of types in the forms that spreadsheets and other programs write."""

from pathlib import Path

import pytest

from bridge.errors import InputError
from bridge.sonata.types import TypeTable, read_types

ROWS = [
    ["edge_type_id", "source_query", "syn_weight", "delay"],
    ["100", "pop_name=='a'", "-0.5", "1.5"],
    ["101", "*", "NULL", "1.0"],
]


def read(tmp_path: Path, content: str | bytes) -> TypeTable:
    path = tmp_path / "edge_types.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_types(path, "edge_type_id")


def joined(separator: str, end: str = "\n", quote: str = "") -> str:
    lines = (separator.join(f"{quote}{c}{quote}" for c in row) for row in ROWS)
    return end.join(lines) + end


FORMS = {
    "spaces": joined(" "),
    "tabs": joined("\t"),
    "semicolons": joined(";"),
    "commas": joined(","),
    "commas and spaces": joined(", "),
    "quoted": joined(",", quote='"'),
    "quoted after spaces": joined(", ", quote='"'),
    "lines of Windows": joined(",", end="\r\n"),
    "lines of an old Macintosh": joined(",", end="\r"),
    "byte-order mark": b"\xef\xbb\xbf" + joined(",").encode(),
    "UTF-16": joined("\t").encode("utf-16"),
    "aligned": "".join(
        "".join(cell.ljust(16) for cell in row).rstrip() + "\n" for row in ROWS
    ),
    "aligned to the right": "".join(
        "".join(cell.rjust(16) for cell in row) + "\n" for row in ROWS
    ),
    "aligned but for the header": " ".join(ROWS[0])
    + "\n100  pop_name=='a'     -0.5      1.5\n101  *              NULL      1.0\n",
    "empty lines and margins": f"\n{joined(' ')}\n\n",
    "spaces at the end": joined(" ").replace("\n", "  \n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_usual_form_is_read(tmp_path: Path, form: str) -> None:
    table = read(tmp_path, FORMS[form])
    assert list(table.rows) == [100, 101]
    assert table.columns == tuple(ROWS[0])
    assert table.text(100, "source_query") == "pop_name=='a'"
    assert table.number(100, "syn_weight") == -0.5
    assert table.number(101, "syn_weight") is None
    assert [table.number(k, "delay") for k in (100, 101)] == [1.5, 1.0]


def test_two_spaces_are_an_empty_cell_where_nothing_is_aligned(tmp_path: Path) -> None:
    """The Allen Institute's LGN types leave cells empty so."""
    table = read(tmp_path, "edge_type_id a b delay\n1   1.5\n2 x  1.7\n")
    assert table.rows[1] == {"edge_type_id": "1", "delay": "1.5"}
    assert table.rows[2] == {"edge_type_id": "2", "a": "x", "delay": "1.7"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("edge_type_id,delay,delay\n1,2,3\n", "column delay occurs twice; remove one"),
        (",edge_type_id,delay\n0,1,2\n", "a column has no name"),
        ("id|delay\n1|2\n", "no column edge_type_id in the first line 'id|delay'"),
        ("", "separators may be tab, semicolon, comma, space"),
        ("edge_type_id delay\n1 2 3\n", "row 1 has 3 values for 2 columns"),
        ("edge_type_id,delay\n1,2,3\n", "row 1 has 3 values for 2 columns"),
        ("edge_type_id   delay  a\n1      2\n", "row 1 has 2 values for 3 columns"),
        ("edge_type_id delay\n1_0 2\n", "row 1 has no whole number as edge_type_id"),
        ("edge_type_id delay\n1 2\n1 3\n", "edge_type_id 1 occurs twice"),
        (b"edge_type_id delay\n1 \xff\n", "is not a text file in UTF-8"),
        (b"\xff\xfee", "is not a text file in UTF-16"),
    ],
)
def test_a_table_that_cannot_be_trusted_is_refused(
    tmp_path: Path, content: str | bytes, message: str
) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, content)
    assert message in str(caught.value)
    assert "edge_types.csv: " in str(caught.value)


@pytest.mark.parametrize("text", ["soon", "1_0", "1,5", "0x10"])
def test_what_is_no_number_is_said(tmp_path: Path, text: str) -> None:
    table = read(tmp_path, f"edge_type_id;delay\n7;{text}\n")
    with pytest.raises(InputError, match=r"delay of type 7 is .*, not a number"):
        table.number(7, "delay")
