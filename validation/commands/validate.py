"""``v1bridge validate``: check everything, run, put the folder in place."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from validation.commands.progress_bar import ProgressBar
from validation.commands.tables import baseline_table, show_reading, verdict_tables
from validation.config.validate import parse_config
from validation.config.with_options import merged_sections
from validation.experiment.trained.trained_run import options_with_run
from validation.report.wording import one_sentence
from validation.runs.validate import check_files, check_place, validate_in_folder
from validation.terminal import PlainConsole


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
    content = merged_sections(config_path, options)
    where = "options" if config_path is None else str(config_path)
    config = parse_config(content, where)
    check_place(out, config_path, config, overwrite=overwrite, resume=resume)
    if config.column.weights is not None:  # which says what else is not given
        config = parse_config(options_with_run(content), where)
        check_place(out, config_path, config, overwrite=overwrite, resume=resume)
    loaded = check_files(config)
    show_reading(None if loaded is None else loaded.reading)
    console = PlainConsole()
    report = validate_in_folder(
        out, config, ProgressBar(), loaded, overwrite=overwrite, resume=resume
    )
    if report is None:
        console.print(f"{out} is complete already; nothing to resume.")
        return
    for table in verdict_tables(report):
        console.print(table)
    console.print(baseline_table(report))
    console.print(one_sentence(report), soft_wrap=True)
    for note in report.notes:
        console.print(note, soft_wrap=True)
    console.print(f"Report: {out / 'report.html'}", soft_wrap=True)
