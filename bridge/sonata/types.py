"""SONATA node-type and edge-type tables, and the queries that link them."""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import InputError
from bridge.files.written_file import write_text

_CONDITION = re.compile(r"^\s*(\w+)\s*==\s*(['\"]?)(.*?)\2\s*$")
_EMPTY = ("", "NULL", "NaN", "nan", "None")


@dataclass(frozen=True)
class TypeTable:
    """Rows of one table; a cell that is empty or ``NULL`` reads as absent.

    Attributes
    ----------
    path
        File the table came from.
    rows
        Values by column, for each type id, in the order of the file.
    columns
        Names of the columns.
    """

    path: Path
    rows: dict[int, dict[str, str]]
    columns: tuple[str, ...]

    def text(self, type_id: int, *columns: str) -> str | None:
        """Return the first of ``columns`` that has a value for a type."""
        row = self.rows[type_id]
        return next((row[c] for c in columns if c in row), None)

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
            return float(text)
        except ValueError:
            raise InputError(
                f"{self.path}: {column} of type {type_id} is {text!r}, not a number"
            ) from None


def read_types(path: Path, id_column: str) -> TypeTable:
    """Read a table separated by spaces (as Allen's) or by commas.

    Parameters
    ----------
    path
        CSV file.
    id_column
        ``"node_type_id"`` or ``"edge_type_id"``.

    Raises
    ------
    InputError
        If the file is missing, has no ``id_column``, or an id is no number or
        occurs twice.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise InputError(f"{path}: no such types table") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read: {error}") from None
    separator = " " if lines and " " in lines[0].strip() else ","
    records = [r for r in csv.reader(lines, delimiter=separator) if any(r)]
    columns = tuple(name.strip() for name in records[0]) if records else ()
    if id_column not in columns:
        raise InputError(f"{path}: no column {id_column}")
    rows: dict[int, dict[str, str]] = {}
    for record in records[1:]:
        if len(record) > len(columns):
            raise InputError(
                f"{path}: row {len(rows) + 1} has {len(record)} values for "
                f"{len(columns)} columns"
            )
        values = zip(columns, record, strict=False)
        row = {name: text for name, text in values if text.strip() not in _EMPTY}
        try:
            type_id = int(row[id_column])
        except (KeyError, ValueError):
            raise InputError(
                f"{path}: row {len(rows) + 1} has no whole number as {id_column}"
            ) from None
        if type_id in rows:
            raise InputError(f"{path}: {id_column} {type_id} occurs twice")
        rows[type_id] = row
    return TypeTable(path, rows, columns)


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


def parse_query(query: str | None) -> dict[str, str] | None:
    """Return the conditions of a query, ``None`` where it selects every node.

    Understood are ``column=='value'``, joined by ``&`` or ``&&``; ``*``, an empty
    query and a bare word (Allen writes the population's name) select all.
    """
    if query is None or "==" not in query:
        return None
    conditions = {}
    for part in re.split(r"&+", query):
        match = _CONDITION.match(part)
        if match is None:
            raise InputError(f"cannot understand the query {query!r}")
        conditions[match[1]] = match[3]
    return conditions


def selects(conditions: Mapping[str, str] | None, row: Mapping[str, str]) -> bool:
    """Say whether a node type meets conditions on the columns that it has."""
    if conditions is None:
        return True
    return all(row.get(c, "") == value for c, value in conditions.items())
