"""A validation into a run folder: checked, run, put in place."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from bridge.column.column import Column
from bridge.files.run_folder import CONFIG, is_complete, open_run_folder
from bridge.progress import Progress, SilentProgress
from bridge.sonata.write import write_sonata
from validation.config.validate import ValidateConfig, merged_config
from validation.experiment.device import settle_device
from validation.report.run_report import RunReport

COLUMN = "column"
"""Folder of the run that holds a column which came as an object."""


def validate(
    column: Column | str | int,
    out: str | Path,
    *,
    quick: bool = False,
    config: Mapping[str, Mapping[str, Any]] | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
) -> RunReport:
    """Judge rate models of a column against its spiking model.

    Parameters
    ----------
    column
        A column; ``"3k"``, ``"6k"`` or a number of cells to build one; or the path of
        SONATA files. A column that comes as an object is written into the run folder,
        so that the run can be repeated.
    out
        Run folder; gets what ``v1bridge validate`` writes.
    quick
        The short form: fewer trials, shorter stimuli.
    config
        Sections and keys of a configuration, such as
        ``{"rate": {"variants": ["low_pass"]}, "spiking": {"device": "numpy"}}``.
    overwrite
        Replace a former result in the folder.
    progress
        Receives the progress.

    Raises
    ------
    V1BridgeError
        If any input cannot be used; before anything is computed.
    """
    out = Path(out)
    sections: dict[str, Any] = {
        name: dict(keys) for name, keys in (config or {}).items()
    }
    if quick:
        sections["protocol"] = {"quick": True, **sections.get("protocol", {})}
    given: Column | None = None
    if isinstance(column, Column):
        given = column
        sections["column"] = {"path": str(out.absolute() / COLUMN)}
    elif isinstance(column, str) and column not in ("3k", "6k"):
        sections["column"] = {"path": column, **sections.get("column", {})}
    else:
        sections["column"] = {"size": column, **sections.get("column", {})}
    report = validate_in_folder(
        out,
        merged_config(None, sections),
        nullcontext(progress or SilentProgress()),
        column=given,
        overwrite=overwrite,
    )
    assert report is not None  # that is said of a resumed run only
    return report


def validate_in_folder(
    out: Path,
    config: ValidateConfig,
    progress: AbstractContextManager[Progress],
    *,
    column: Column | None = None,
    overwrite: bool = False,
    resume: bool = False,
) -> RunReport | None:
    """Run a validation and put its folder in place.

    Parameters
    ----------
    out
        Run folder.
    config
        The complete configuration.
    progress
        Entered once there is something to do; receives the progress.
    column
        The column, where it is at hand.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Returns
    -------
    RunReport or None
        What was found; None where a resumed run is complete already.
    """
    config = settle_device(config, column)
    with open_run_folder(
        out, config.to_toml(), overwrite=overwrite, resume=resume
    ) as folder:
        if resume and is_complete(folder.path):
            return None
        # Imports torch and Brian2, seconds of work: only once the input is sound.
        from validation.runs.validation import run_validation

        with progress as running:
            report = run_validation(config, folder, running, column)
        if column is not None:
            write_sonata(column, folder.staging / COLUMN)
        (folder.staging / CONFIG).write_text(config.to_toml(), encoding="utf-8")
        folder.commit()
    return report
