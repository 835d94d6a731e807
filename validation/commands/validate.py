"""``v1bridge validate``: check everything, run, put the folder in place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from validation.commands.progress_bar import ProgressBar
from validation.commands.tables import verdict_tables
from validation.config.column import FileColumn
from validation.config.validate import ValidateConfig, merged_config
from validation.experiment.column import load_column
from validation.experiment.trained_run import options_with_run
from validation.measures.criteria import load_criteria
from validation.report.wording import one_sentence
from validation.runs.validate import validate_in_folder


def validate_into(
    out: Path,
    config_path: Path | None,
    options: Mapping[str, Mapping[str, Any]],
    *,
    overwrite: bool,
    resume: bool,
) -> None:
    """Run a validation and write its folder.

    Parameters
    ----------
    out
        Run folder.
    config_path
        TOML file, or ``None`` for the defaults.
    options
        Keys from the command line, by section; they win over the file.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Raises
    ------
    V1BridgeError
        If any input cannot be used; before anything is computed.
    """
    config = merged_config(config_path, options_with_run(options))
    check_inputs(config)
    console = Console(highlight=False)
    report = validate_in_folder(
        out, config, ProgressBar(), overwrite=overwrite, resume=resume
    )
    if report is None:
        console.print(f"{out} is complete already; nothing to resume.")
        return
    for table in verdict_tables(report):
        console.print(table)
    console.print(one_sentence(report), soft_wrap=True)
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)


def check_inputs(config: ValidateConfig) -> None:
    """Check the files that a configuration names.

    Raises
    ------
    InputError
        If one is missing or cannot be used.
    """
    if isinstance(config.column, FileColumn) or config.column.weights is not None:
        # Read whole: a file that is cut off must not stop a run half-way.
        load_column(config.column)
    if config.criteria is not None:
        load_criteria(Path(config.criteria))
