"""``v1bridge report``: several runs side by side."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console

from bridge.errors import InputError
from bridge.files.run_folder import open_run_folder
from validation.commands.tables import comparison_tables
from validation.report.comparison import compare, render_comparison


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
    comparison = compare({name: _read_report(p) for name, p in _labels(runs).items()})
    console = Console(highlight=False)
    for table in comparison_tables(comparison):
        console.print(table)
    if out is None:
        return
    with open_run_folder(out, "", overwrite=overwrite) as folder:
        text = json.dumps(comparison, indent=2, allow_nan=False)
        (folder.staging / "comparison.json").write_text(text + "\n", encoding="utf-8")
        page = render_comparison(comparison)
        (folder.staging / "comparison.html").write_text(page, encoding="utf-8")
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


def _read_report(run: Path) -> dict[str, Any]:
    path = run / "report.json"
    try:
        report: Any = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(
            f"{run}: holds no report.json; is it a run folder of 'v1bridge validate'?"
        ) from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError:
        raise InputError(f"{path}: is not valid JSON") from None
    _check_report(report, path)
    return dict(report)


def _check_report(report: Any, path: Path) -> None:
    try:
        report["column"]["hash"] + ""
        report["column"]["n_neurons"] + 0
        report["column"]["populations"].items()
        for scores in report["variants"].values():
            scores["verdict"] + ""
            for population in scores["populations"].values():
                population["verdict"] + ""
    except (KeyError, TypeError, AttributeError):
        raise InputError(
            f"{path}: is not a report of 'v1bridge validate' (a key is missing)"
        ) from None
