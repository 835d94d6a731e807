"""``v1bridge report``: several runs side by side."""

from collections.abc import Sequence
from pathlib import Path

from bridge.errors import InputError
from bridge.files.json_file import write_json
from bridge.files.run.out import check_out
from bridge.files.run_folder import open_run_folder
from bridge.files.written_file import write_text
from validation.commands.tables import comparison_tables
from validation.report.comparison import compare, render_comparison
from validation.report.run_report import RunReport
from validation.terminal import PlainConsole


def compare_runs(runs: Sequence[Path], out: Path | None, *, overwrite: bool) -> None:
    """Show the verdicts of runs side by side, and write them if a folder is given.

    Parameters
    ----------
    runs
        Run folders.
    out
        Folder for ``comparison.html`` and ``comparison.json``, or ``None``.
    overwrite
        Replace our own files of a former call.

    Raises
    ------
    V1BridgeError
        If a run has no readable report, or the folder cannot be written.
    """
    if out is not None:
        inputs = {f"run {n}": path for n, path in enumerate(runs, start=1)}
        check_out(out, "report", inputs, overwrite=overwrite)
    reports = {name: RunReport.read(path) for name, path in _labels(runs).items()}
    console = PlainConsole()
    for table in comparison_tables(reports):
        console.print(table)
    if out is None:
        return
    with open_run_folder(out, "", command="report", overwrite=overwrite) as folder:
        write_json(folder.staging / "comparison.json", compare(reports))
        page = render_comparison(reports)
        write_text(folder.staging / "comparison.html", page)
        folder.commit()
    console.print(f"written to {out}", soft_wrap=True)


def _labels(runs: Sequence[Path]) -> dict[str, Path]:
    """Name runs by their folder, or by the whole path where two share a name."""
    names = [path.resolve().name for path in runs]
    labels: dict[str, Path] = {}
    for path, name in zip(runs, names, strict=True):
        label = name if names.count(name) == 1 else str(path)
        if label in labels:
            raise InputError(f"{path}: is given twice")
        labels[label] = path
    return labels
