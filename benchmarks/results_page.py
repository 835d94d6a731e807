"""Write a page of docs/results from a finished run.

    python benchmarks/results_page.py runs/3k docs/results/validation-3k.md

Takes the verdicts and measures from report.json, and draws the pictures a reader wants
to see first from rates.nc and the column, which is built anew.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

from bridge.certificate.scores import TIERS, MeasureResult, Scores
from bridge.errors import InputError
from bridge.files.json_file import read_json
from validation.config.validate import merged_config
from validation.experiment.column import load_column
from validation.measures.criteria import load_criteria
from validation.measures.registry import measures
from validation.report.control_rows import baseline_columns, sabotage_rows
from validation.report.data import ReportData
from validation.report.figures.catalogue import report_figures
from validation.report.figures.style import LARGEST_SVG, to_png, to_svg
from validation.report.run_report import RunReport
from validation.responses.rates_file import read_rates

MARK = {
    "strict": "strict",
    "default": "pass",
    "lenient": "lenient",
    "fail": "fail",
    "inconclusive": "–",
}
PICTURES = {
    "scores": "scores",
    "flash": "psth_flash",
    "broadband": "frequency_broadband_100",
    "perturbations": "perturbations",
    "tasks": "tasks",
}
"""Name of each picture, and of its figure in the report."""


def report_data(run: Path) -> ReportData:
    """Return what a finished run's pictures are drawn from.

    The rates are those of rates.nc, in single precision. No raster, whose spikes are
    not kept; of models at several steps those at the finest, one picture shows no more.
    """
    config = merged_config(run / "config.toml", {})
    report = RunReport.read(run)
    column = load_column(config.column)
    if column.hash != report.column.hash:
        raise InputError(f"{run}: this version builds another column")
    reference, models = read_rates(run / "rates.nc")
    shown = at_the_finest_step(report)
    return ReportData(
        report.model_copy(update={"variants": shown}),
        reference,
        {name: models[name] for name in shown},
        column,
        load_criteria(Path(config.criteria) if config.criteria else None),
        config.to_toml(),
        read_json(run / "provenance.json"),
    )


def pictures(run: Path) -> Iterator[tuple[str, str, bytes]]:
    """Yield name, suffix and content of the pictures, as the report has them."""
    figures = report_figures(report_data(run))
    for name, figure in PICTURES.items():
        if figure not in figures:  # a run without such stimuli
            continue
        svg = to_svg(figures[figure])
        if len(svg) <= LARGEST_SVG:
            yield name, "svg", svg.encode()
        else:
            yield name, "png", to_png(figures[figure])


def at_the_finest_step(report: RunReport) -> dict[str, Scores]:
    """Return the scores of the models at the finest step, by name."""
    finest = min(report.protocol.rate_dt_ms)
    return {
        name: scores
        for name, scores in report.variants.items()
        if scores.model is None or scores.model.dt_ms == finest
    }


def tier_table(report: RunReport) -> list[str]:
    """Return how many populations each model passes at each tier."""
    lines = [
        "| model | verdict | τ_r (ms) | lenient | default | strict |",
        "|---|---|---|---|---|---|",
    ]
    for name, scores in report.variants.items():
        counts = (str(len(scores.passing(tier))) for tier in TIERS)
        lines.append(
            f"| {name.replace('_', ' ')} | **{MARK[scores.verdict]}** | "
            f"{_tau_r(scores)} | {' | '.join(counts)} |"
        )
    return lines


def deciding_table(scores: Scores) -> list[str]:
    """Return everything that decides, with the end of its interval that counts."""
    shown = [m for m in measures() if m.decides]
    lines = [
        "| | verdict | " + " | ".join(m.name.replace("_", " ") for m in shown) + " |",
        "|---" * (len(shown) + 2) + "|",
    ]
    for name, score in scores.populations.items():
        results = (score.measures.get(m.name) for m in shown)
        cells = ["–" if r is None else _with_interval(r) for r in results]
        lines.append(f"| {name} | {MARK[score.verdict]} | " + " | ".join(cells) + " |")
    return lines


def _with_interval(result: MeasureResult) -> str:
    if result.value is None or result.interval is None:
        return "–"
    low, high = result.interval
    return f"{result.value:.2f} ({low:.2f} to {high:.2f}) {MARK[result.tier]}"


def verdict_table(report: RunReport) -> list[str]:
    """Return the lines of the table of verdicts, at the finest step."""
    variants = at_the_finest_step(report)
    lines = [
        "| | spiking (Hz) | "
        + " | ".join(v.replace("_", " ") for v in variants)
        + " |",
        "|---" * (len(variants) + 2) + "|",
        "| **all** | | "
        + " | ".join(f"**{MARK[v.verdict]}**" for v in variants.values())
        + " |",
        "| τ_r (ms) | | " + " | ".join(map(_tau_r, variants.values())) + " |",
        "| passing / firing | | "
        + " | ".join(f"{v.n_passing} / {v.n_firing}" for v in variants.values())
        + " |",
    ]
    for name in next(iter(variants.values())).populations:
        scores = [v.populations[name] for v in variants.values()]
        cells = [
            f"{MARK[s.verdict]} {_percent(s.value('mean_rate'))} "
            f"{_number(s.value('explained_variance'))} {_number(s.value('nrmse'))}"
            for s in scores
        ]
        rate = scores[0].spiking.rate_hz
        lines.append(f"| {name} | {rate:.2f} | " + " | ".join(cells) + " |")
    return lines


def _tau_r(scores: Scores) -> str:
    tau_r_ms = None if scores.model is None else scores.model.tau_r_ms
    if tau_r_ms is None:
        return "–"
    return f"{tau_r_ms:g}" if isinstance(tau_r_ms, float) else "by population"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:+.1f} %"


def baseline_table(report: RunReport) -> list[str]:
    """Return NRMSE and explained variance of the models without a network."""
    columns = baseline_columns(report.baselines)
    lines = [
        "| | " + " | ".join(c["name"] for c in columns) + " |",
        "|---" * (len(columns) + 1) + "|",
        "| **all** | "
        + " | ".join(f"**{MARK[c['verdict']]}**" for c in columns)
        + " |",
    ]
    for name in columns[0]["cells"] if columns else ():
        cells = [c["cells"][name] for c in columns]
        shown = (f"{c['nrmse']} {c['explained_variance']}" for c in cells)
        lines.append(f"| {name} | " + " | ".join(shown) + " |")
    return lines


def sabotage_table(report: RunReport) -> list[str]:
    """Return the sabotages at every strength; bold what was seen."""
    lines = [
        "| model | sabotage, from blatant to subtle | smallest one seen |",
        "|---|---|---|",
    ]
    for row in sabotage_rows(report):
        cells = (
            f"**{c['words']}: {MARK[c['verdict']]}**"
            if c["seen"]
            else f"{c['words']}: {MARK[c['verdict']]}"
            for c in row["cells"]
        )
        lines.append(f"| {row['model']} | {'; '.join(cells)} | {row['smallest']} |")
    return lines


def page(run: Path, target: Path) -> str:
    """Return the page and write its pictures beside it."""
    report = RunReport.read(run)
    provenance = read_json(run / "provenance.json")
    column, protocol = report.column, report.protocol
    is_plain = any(v.model and not v.model.extensions for v in report.variants.values())
    flag = "" if is_plain else "--extended "
    size = column.name
    lines = [
        f"# Validation of the {column.name} column",
        "",
        f"`v1bridge validate --size {size} {flag}--out runs/{size}`",
        "",
        f"{column.n_neurons} cells, {column.n_edges} connections, hash "
        f"`{column.hash[:12]}`; {len(protocol.test)} test stimuli, "
        f"{len(protocol.seeds)} seeds x {protocol.trials.per_seed} trials; "
        f"v1bridge {provenance['v1bridge']}, {provenance['platform']['processor']}, "
        f"{provenance['platform']['n_cores']} cores.",
        "",
        "Each cell: verdict, error of the mean rate, explained variance, NRMSE of the",
        "mean rate. “pass” is the default tier, “–” inconclusive (too silent or too",
        "noisy to judge).",
        "",
        *verdict_table(report),
        "",
        "## All models and steps",
        "",
        f"Populations by tier, of {len(report.verdict.firing)} that fire; a model",
        "needs nine tenths of them.",
        "",
        *tier_table(report),
        "",
        f"## Everything that decides ({report.best})",
        "",
        "Value, and the 95 % interval whose worse end is held against the thresholds",
        "(of the mean rate 90 %).",
        "",
        *deciding_table(report.variants[report.best]),
        "",
        "## Models without a network",
        "",
        *baseline_table(report),
        "",
        "## Controls",
        "",
        f"- other seed: {report.controls['other_seed'].description}",
        "",
        *sabotage_table(report),
    ]
    best = report.variants[report.best]
    lines += ["", f"## What the best model ({report.best}) misses", ""]
    lines += [f"- {sentence}" for sentence in best.failures]
    lines += ["", "## Pictures", ""]
    for name, suffix, content in pictures(run):
        path = target.with_name(f"{target.stem}-{name}.{suffix}")
        path.write_bytes(content)
        lines.append(f"![{name}]({path.name})")
        lines.append("")
    seconds = ", ".join(f"{k} {v:.0f}" for k, v in report.timings.items())
    lines.append(f"Seconds per step: {seconds}.")
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", type=Path)
    parser.add_argument("page", type=Path)
    arguments = parser.parse_args()
    text = page(arguments.run, arguments.page)
    arguments.page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
