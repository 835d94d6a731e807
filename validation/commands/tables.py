"""Tables for the terminal."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from bridge.arrays import AnyArray
from validation.report.comparison import populations_of
from validation.report.wording import (
    LOOKS,
    most_complete_first,
    parts_of,
    time_constant,
    title_of,
)

_STYLES = {
    "strict": "bold white on blue",
    "default": "black on bright_blue",
    "lenient": "black on yellow",
    "fail": "white on red",
    "inconclusive": "dim",
}


def verdict_tables(report: Mapping[str, Any]) -> list[Table]:
    """Return the verdicts of one run, a table per form, the plain one last.

    Nine models do not fit beside one another into the 80 columns of a terminal.

    Parameters
    ----------
    report
        Content of ``report.json``.
    """
    models = most_complete_first(report["variants"])
    forms = dict.fromkeys(parts_of(name)[1] for name in models)
    return [
        _verdict_table(
            report, {n: s for n, s in models.items() if parts_of(n)[1] == form}
        )
        for form in forms
    ]


def _verdict_table(report: Mapping[str, Any], variants: Mapping[str, Any]) -> Table:
    table = _table(f"Verdict, column {report['column']['hash'][:12]}")
    for name in variants:
        table.add_column(_short(title_of(name)))
    table.add_row(
        "ALL", *(_cell(scores["verdict"]) for scores in variants.values()), style="bold"
    )
    table.add_row("tau, ms", *(time_constant(s["tau_r_ms"]) for s in variants.values()))
    table.add_row(
        "to, Hz", *(time_constant(s["bandwidth_hz"]) for s in variants.values())
    )
    table.add_section()
    for population in report["column"]["populations"]:
        scores = [s["populations"].get(population) for s in variants.values()]
        table.add_row(
            population, *("" if s is None else _cell(s["verdict"]) for s in scores)
        )
    return table


def comparison_tables(comparison: Mapping[str, Any]) -> list[Table]:
    """Return one table per variant, runs across and populations down.

    Parameters
    ----------
    comparison
        Result of :func:`validation.report.comparison.compare`.
    """
    tables = []
    for variant, runs in comparison["variants"].items():
        table = _table(title_of(variant))
        for run in runs:
            table.add_column(run)
        table.add_row("ALL", *(_cell(s["verdict"]) for s in runs.values()))
        table.add_section()
        for population in populations_of(runs):
            scores = [s["populations"].get(population) for s in runs.values()]
            cells = ("" if s is None else _cell(s["verdict"]) for s in scores)
            table.add_row(population, *cells)
        tables.append(table)
    return tables


def matrix_table(
    title: str, names: Sequence[str], values: AnyArray, digits: int | None = None
) -> Table:
    """Return a connectivity matrix, targets down and sources across.

    Parameters
    ----------
    title
        Title of the table.
    names
        Names of the groups.
    values
        Shape ``(n_groups, n_groups)``, ``[target, source]``.
    digits
        Decimals; ``None`` for whole numbers.
    """
    table = Table(title=title, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("target \\ source")
    for name in names:
        # "i23Pvalb" on two lines: 17 of them must fit beside one another
        table.add_column(re.sub(r"([ei]\d+)(?=[A-Z])", r"\1\n", name), justify="right")
    for name, row in zip(names, values.tolist(), strict=True):
        cells = (f"{v:d}" if digits is None else f"{v:.{digits}f}" for v in row)
        table.add_row(name, *(cell.replace("nan", "–") for cell in cells))
    return table


def _table(title: str) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, padding=0)
    table.add_column("cells", no_wrap=True)
    return table


def _short(title: str) -> str:
    for long, short in (
        ("Instantaneous", "Instant."),
        ("Equilibrium", "Equilib."),
        (", ", "\n"),
    ):
        title = title.replace(long, short)
    return title


def _cell(verdict: str) -> Text:
    look = LOOKS[verdict]
    word = "inconcl." if verdict == "inconclusive" else look.word
    return Text(f"{look.sign} {word}", style=_STYLES[verdict])
