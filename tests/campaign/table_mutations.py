"""Types tables with other columns, rows and cells than a good one has."""

import csv
import io
from random import Random

_ODD = ("", "NULL", "nan", "inf", "-1", "1e30", "10" * 20, "x", "a b", "'", '"', "\0")
_DEEDS = (
    *("change", "change", "drop column", "rename column", "add column"),
    *("double column", "drop row", "double row", "add cell", "separator"),
)


def mutated_table(content: bytes, rng: Random) -> tuple[str, bytes]:
    """Return a changed copy of a table separated by spaces, and what was done.

    Parameters
    ----------
    content
        The good table.
    rng
        Decides everything.
    """
    text = content.decode()
    rows = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=" ") if r]
    deed = rng.choice(_DEEDS)
    column, row = rng.randrange(len(rows[0])), rng.randrange(1, len(rows))
    name, separator = rows[0][column], " "
    if deed == "change":
        rows[row][column] = rng.choice(_ODD)
    elif deed == "drop column":
        rows = [r[:column] + r[column + 1 :] for r in rows]
    elif deed == "rename column":
        rows[0][column] += rng.choice(["_", "x", "s"])
    elif deed == "add column":
        rows = [[*r, rng.choice(_ODD)] for r in rows]
        rows[0][-1] = "unheard_of"
    elif deed == "double column":
        rows = [[*r, r[column]] for r in rows]
    elif deed == "drop row":
        del rows[row]
    elif deed == "double row":
        rows.append(rows[row])
    elif deed == "add cell":
        rows[row].append("1")
    else:
        separator = rng.choice([",", ";", "\t", "|"])
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=separator, lineterminator="\n").writerows(rows)
    what = f"{deed} {name}" if "column" in deed or deed == "change" else deed
    return what, buffer.getvalue().encode()
