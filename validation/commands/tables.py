"""Tables for the terminal."""

import re
from collections.abc import Mapping, Sequence

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from bridge.arrays import AnyArray
from bridge.certificate.scores import Outcome, PopulationScore, Scores
from bridge.sonata.reading.report import Reading
from validation.measures.registry import measures
from validation.report.comparison import by_variant, populations_of
from validation.report.run_report import RunReport
from validation.report.wording import (
    LOOKS,
    form_of,
    most_complete_first,
    number,
    tau_r_of,
    title_of,
)
from validation.terminal import PlainConsole

_STYLES = {
    "strict": "bold white on blue",
    "default": "black on bright_blue",
    "lenient": "black on yellow",
    "fail": "white on red",
    "inconclusive": "dim",
}


def show_reading(reading: Reading | None) -> None:
    """Print what was read of a column's files, if it came from files."""
    if reading is not None:
        PlainConsole().print(reading.line(), soft_wrap=True)


def verdict_tables(report: RunReport) -> list[Table]:
    """Return the verdicts of one run, a table per form, the plain one last.

    Of several steps the finest is shown, and a table of all comes last. Nine models
    do not fit beside one another into the 80 columns of a terminal.

    Parameters
    ----------
    report
        What the validation found.
    """
    models = most_complete_first(report.variants)
    steps = report.protocol.rate_dt_ms
    has_steps = len(steps) > 1
    shown = [
        scores
        for scores in models.values()
        if not has_steps or scores.model is None or scores.model.dt_ms == min(steps)
    ]
    tables = [
        _verdict_table(report, [s for s in shown if form_of(s) == form])
        for form in dict.fromkeys(form_of(scores) for scores in shown)
    ]
    return [*tables, _step_table(report)] if has_steps else tables


def _step_table(report: RunReport) -> Table:
    """Return the verdict of every model at every step."""
    table = _table("Verdict by step of the rate model")
    steps = report.protocol.rate_dt_ms
    for step in steps:
        table.add_column(f"{step:g} ms")
    rows: dict[str, dict[float, Scores]] = {}
    for scores in most_complete_first(report.variants).values():
        if scores.model is not None:
            title = title_of(scores).removesuffix(f", {scores.model.dt_ms:g} ms")
            rows.setdefault(title, {})[scores.model.dt_ms] = scores
    for title, found in rows.items():
        cells = (_cell(found[s].verdict) if s in found else "" for s in steps)
        table.add_row(title, *cells)
    return table


def _verdict_table(report: RunReport, variants: Sequence[Scores]) -> Table:
    table = _table(f"Verdict and NRMSE, column {report.column.hash[:12]}")
    for scores in variants:
        table.add_column(_short(title_of(scores)))
    table.add_row("ALL", *(_cell(s.verdict) for s in variants), style="bold")
    table.add_row("firing", *(_passing(s) for s in variants))
    table.add_row("tau, ms", *(tau_r_of(s) for s in variants))
    for measure in measures():
        if measure.summary_title:
            summaries = (s.summaries.get(measure.name) for s in variants)
            table.add_row(measure.summary_title, *(number(s, 1) for s in summaries))
    table.add_section()
    for population in report.column.populations:
        found = [s.populations.get(population) for s in variants]
        table.add_row(population, *(_population(s) for s in found))
    return table


def baseline_table(report: RunReport) -> Table:
    """Return verdict, NRMSE and explained variance of the models without a network.

    Parameters
    ----------
    report
        What the validation found.
    """
    table = _table("Without a network: NRMSE, explained variance")
    for name in report.baselines:
        table.add_column(name.replace("_", " "))
    found = report.baselines.values()
    table.add_row("ALL", *(_cell(s.verdict) for s in found), style="bold")
    table.add_section()
    for population in report.column.populations:
        scores = [s.populations.get(population) for s in found]
        table.add_row(
            population,
            *(
                ""
                if s is None
                else f"{number(s.value('nrmse'))}  "
                f"{number(s.value('explained_variance'))}"
                for s in scores
            ),
        )
    return table


def comparison_tables(reports: Mapping[str, RunReport]) -> list[Table]:
    """Return one table per variant, runs across and populations down.

    Parameters
    ----------
    reports
        Reports by the name of the run.
    """
    tables = []
    for runs in by_variant(reports).values():
        title = title_of(next(iter(runs.values())))
        table = _table(f"{title}: verdict and NRMSE")
        for run in runs:
            table.add_column(run)
        table.add_row("ALL", *(_cell(s.verdict) for s in runs.values()))
        table.add_row("firing", *(_passing(s) for s in runs.values()))
        table.add_section()
        for population in populations_of(runs):
            found = [s.populations.get(population) for s in runs.values()]
            table.add_row(population, *(_population(s) for s in found))
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
    variant, _, rest = title.partition(", ")
    lines = rest.replace(", ", "\n")
    return f"{variant if len(variant) <= 8 else variant[:7] + '.'}\n{lines}"


def _cell(verdict: Outcome) -> Text:
    look = LOOKS[verdict]
    word = "inconcl." if verdict == "inconclusive" else look.word
    return Text(f"{look.sign} {word}", style=_STYLES[verdict])


def _passing(scores: Scores) -> str:
    """Return how many of the firing populations reach the default tier."""
    return f"{scores.n_passing} of {scores.n_firing} pass"


def _population(score: PopulationScore | None) -> Text:
    """Return verdict and NRMSE of a population."""
    if score is None:
        return Text("")
    return _cell(score.verdict) + f" {number(score.value('nrmse'))}"
