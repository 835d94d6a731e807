"""SONATA node-type and edge-type tables."""

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import InputError
from bridge.files.regular_file import read_bytes, read_text
from bridge.files.written_file import write_text

EMPTY = ("", "NULL", "null", "NONE", "None", "NaN", "nan", "NA", "N/A", "n/a", "<NA>")
"""Texts that say that there is no value."""

_SEPARATORS = {"\t": "tab", ";": "semicolon", ",": "comma", " ": "space"}
_WHOLE = re.compile(r"([+-]?[0-9]+)(\.0*)?")


@dataclass(frozen=True)
class TypeTable:
    """Rows of one table; a cell that is empty or ``NULL`` reads as absent.

    Attributes
    ----------
    path
        File the table came from.
    id_column
        ``"node_type_id"`` or ``"edge_type_id"``.
    rows
        Values by column, for each type id, in the order of the file.
    columns
        Names of the columns.
    """

    path: Path
    id_column: str
    rows: dict[int, dict[str, str]]
    columns: tuple[str, ...]

    def text(self, type_id: int, column: str) -> str | None:
        """Return a value; ``None`` where the type has none."""
        return self.rows[type_id].get(column)

    def number(self, type_id: int, column: str) -> float | None:
        """Return a value as a number.

        Raises
        ------
        InputError
            If it is no number.
        """
        text = self.text(type_id, column)
        if text is None:
            return None
        try:
            if "_" in text:  # Python reads 1_0 as 10, nobody else does
                raise ValueError
            return float(text)
        except ValueError:
            raise InputError(
                f"{self.path}: {column} of type {type_id} is {text!r}, not a number"
            ) from None


def read_types(path: Path, id_column: str) -> TypeTable:
    """Read a table separated by spaces (as Allen's), commas, semicolons or tabs.

    The separator is the one that makes ``id_column`` a column of the first line.
    Between spaces, two in a row are an empty cell, but where the columns are aligned
    they are one separator.

    Parameters
    ----------
    path
        CSV file in UTF-8, or in UTF-16 with a byte-order mark.
    id_column
        ``"node_type_id"`` or ``"edge_type_id"``.

    Raises
    ------
    InputError
        If the file is missing, has no ``id_column``, a column or an id occurs twice,
        an id is no number, or a row has more values than there are columns.
    """
    text = _text(path)
    header = next((line for line in text.splitlines() if line.strip()), "")
    separator = _separator(path, header, id_column)
    try:
        reader = csv.reader(
            io.StringIO(text, newline=""),
            delimiter=separator,
            skipinitialspace=separator not in " \t",
        )
        records = [record for record in reader if any(cell.strip() for cell in record)]
    except csv.Error as error:
        raise InputError(f"{path}: cannot be read as a table: {error}") from None
    is_aligned = separator == " " and "" in _trimmed(records[0])
    columns = tuple(_cells(records[0], 0, is_aligned))
    for name in columns:
        if not name:
            raise InputError(f"{path}: a column has no name")
        if columns.count(name) > 1:
            raise InputError(f"{path}: column {name} occurs twice; remove one of them")
    rows: dict[int, dict[str, str]] = {}
    for record in records[1:]:
        cells = _cells(record, len(columns) if separator == " " else 0, is_aligned)
        where = f"{path}: row {len(rows) + 1}"
        if len(cells) > len(columns) or (is_aligned and len(cells) < len(columns)):
            raise InputError(
                f"{where} has {len(cells)} values for {len(columns)} columns"
            )
        values = zip(columns, cells, strict=False)
        row = {name: cell for name, cell in values if cell not in EMPTY}
        found = _WHOLE.fullmatch(row.get(id_column, ""))
        if found is None:
            raise InputError(f"{where} has no whole number as {id_column}")
        number = int(found[1])
        if number in rows:
            raise InputError(f"{path}: {id_column} {number} occurs twice")
        rows[number] = row
    return TypeTable(path, id_column, rows, columns)


def _text(path: Path) -> str:
    content = read_bytes(path, "types table")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            raise InputError(f"{path}: is not a text file in UTF-16") from None
    return read_text(path, "types table", encoding="utf-8-sig")


def _separator(path: Path, header: str, id_column: str) -> str:
    for separator in _SEPARATORS:
        names = [name.strip().strip("\"'") for name in header.split(separator)]
        if id_column in names:
            return separator
    shown = header if len(header) <= 80 else f"{header[:80]}…"
    raise InputError(
        f"{path}: no column {id_column} in the first line {shown!r}; separators may be "
        f"{', '.join(_SEPARATORS.values())}"
    )


def _trimmed(record: Sequence[str]) -> list[str]:
    """Return the cells without their margins and without empty ones at the end."""
    cells = [cell.strip() for cell in record]
    while cells and not cells[-1]:
        cells.pop()
    return cells


def _cells(record: Sequence[str], most: int, is_aligned: bool) -> list[str]:
    """Return the cells of a row.

    Empty cells are runs of spaces where the table is aligned, or where the row would
    have more than ``most`` (0: any number) of them.
    """
    cells = _trimmed(record)
    if is_aligned or 0 < most < len(cells):
        return [cell for cell in cells if cell]
    return cells


def write_types(
    path: Path, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    """Write a table separated by spaces, ``None`` as ``NULL``."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=" ", lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow("NULL" if value is None else value for value in row)
    write_text(path, text.getvalue())
