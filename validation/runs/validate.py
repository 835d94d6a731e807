"""A validation into a run folder: checked, run, put in place."""

import shutil
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.expect import expect_mapping
from bridge.files.existing import Existing, flags_of
from bridge.files.run_folder import CONFIG, is_complete, open_run_folder
from bridge.progress import Progress, SilentProgress
from bridge.reduction.reducible import require_reducible
from bridge.sonata.reading.report import Reading
from bridge.sonata.write import write_sonata
from validation.config.column import BuiltColumn, FileColumn
from validation.config.validate import ValidateConfig, parse_config
from validation.experiment.column import read_column
from validation.experiment.device import settle_device
from validation.experiment.memory import require_memory_of_validation
from validation.experiment.trained_run import options_with_run
from validation.measures.criteria import load_criteria
from validation.report.run_report import RunReport

COLUMN = "column"
"""Folder of the run that holds a column which came as an object."""


def validate(
    column: Column | str | Path | int,
    out: str | Path,
    *,
    quick: bool = False,
    config: Mapping[str, Any] | None = None,
    existing: Existing = "refuse",
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
    existing
        What becomes of a result in the folder: ``"refuse"``, ``"overwrite"``, or
        ``"resume"``, which continues an interrupted run (``--overwrite`` and
        ``--resume`` of the command).
    progress
        Receives the progress.

    Raises
    ------
    V1BridgeError
        If any input cannot be used; before anything is computed.
    """
    out = Path(out)
    sections = _sections(column, out, quick, config)
    if sections["column"].get("weights") is not None:
        sections |= options_with_run(sections)
    checked = parse_config(sections, "validate")
    check_files(checked, column if isinstance(column, Column) else None)
    report = validate_in_folder(
        out,
        checked,
        nullcontext(progress or SilentProgress()),
        column=column if isinstance(column, Column) else None,
        **flags_of(existing),
    )
    return report or RunReport.read(out)  # a resumed run may be complete already


def _sections(
    column: Column | str | Path | int,
    out: Path,
    quick: bool,
    config: Mapping[str, Any] | None,
) -> dict[str, Any]:
    """Return the configuration that the arguments make, not yet checked."""
    sections: dict[str, Any] = dict(expect_mapping(config or {}, "validate: config"))
    if quick:
        sections["protocol"] = {"quick": True, **_section(sections, "protocol")}
    own = _section(sections, "column")
    stated = {"path", "size", "radius_um"} & set(own)
    if isinstance(column, Column):
        stated = set(own)
        which: dict[str, Any] = {"path": str(out.absolute() / COLUMN)}
    elif isinstance(column, Path):
        which = {"path": str(column)}
    elif isinstance(column, str) and not (column in ("3k", "6k") or column.isdigit()):
        which = {"path": column}
    else:
        which = {"size": column}
    if stated:
        raise InputError(
            f"validate: column.{min(stated)} in config and the column that is given "
            "exclude each other"
        )
    sections["column"] = {**which, **own}
    return sections


def _section(sections: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return expect_mapping(sections.get(name, {}), f"validate: config.{name}")


def check_files(config: ValidateConfig, column: Column | None = None) -> Reading | None:
    """Check the files that a configuration names.

    Parameters
    ----------
    config
        The configuration.
    column
        The column that ``config.column`` names, where it is at hand.

    Returns
    -------
    Reading or None
        What was read of the column's files.

    Raises
    ------
    InputError
        If one is missing or cannot be used, the run does not fit into the memory, or
        the column has cells that no rate model stands for.
    """
    reading = None
    if isinstance(config.column, BuiltColumn):
        require_memory_of_validation(config, column)
    is_file = isinstance(config.column, FileColumn) or config.column.weights is not None
    if is_file and column is None:
        # Read whole: a file that is cut off must not stop a run half-way.
        column, reading = read_column(config.column, dt_ms=config.spiking.dt_ms)
    if column is not None:
        require_reducible(column)
    if isinstance(config.column, FileColumn):
        require_memory_of_validation(config, column)
    if config.criteria is not None:
        load_criteria(Path(config.criteria))
    return reading


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
    own_files = _own_column(out, config) if column is None else None
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
        elif own_files is not None:
            shutil.copytree(own_files, folder.staging / COLUMN)
        (folder.staging / CONFIG).write_text(config.to_toml(), encoding="utf-8")
        folder.commit()
    return report


def _own_column(out: Path, config: ValidateConfig) -> Path | None:
    """Return the column's folder where the run that is repeated holds it itself.

    Raises
    ------
    InputError
        If the column lies elsewhere in the folder of the run, which replaces it.
    """
    if not isinstance(config.column, FileColumn):
        return None
    path, folder = Path(config.column.path).resolve(), out.resolve()
    if path == folder / COLUMN:
        return path
    if path.is_relative_to(folder):
        raise InputError(
            f"{config.column.path}: lies in the folder of the run; choose another --out"
        )
    return None
