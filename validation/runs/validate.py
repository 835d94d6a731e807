"""A validation into a run folder: checked, run, put in place."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from bridge.column.column import Column
from bridge.errors import InputError
from bridge.expect import expect_mapping
from bridge.files.existing import Existing, flags_of
from bridge.files.hashing import file_hash
from bridge.files.run.out import check_out
from bridge.files.run.places import resolved
from bridge.files.run_folder import CONFIG, is_complete, open_run_folder
from bridge.files.written_file import copy_folder, write_text
from bridge.progress import Progress, SilentProgress
from bridge.reduction.reducible import require_reducible
from bridge.sonata.write import write_sonata
from validation.config.column import BuiltColumn, FileColumn
from validation.config.validate import ValidateConfig, parse_config
from validation.experiment.column import LoadedColumn, read_column
from validation.experiment.device import settle_device
from validation.experiment.inputs import column_hashes, column_paths, weights_paths
from validation.experiment.memory import require_memory_of_validation
from validation.experiment.trained.trained_run import options_with_run
from validation.measures.criteria import load_criteria
from validation.report.run_report import RunReport

COMMAND = "validate"

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
    checked, flags = parse_config(sections, "validate"), flags_of(existing)
    check_place(out, None, checked, **flags)
    given = column if isinstance(column, Column) else None
    loaded = check_files(checked, given)
    report = validate_in_folder(
        out,
        checked,
        nullcontext(progress or SilentProgress()),
        loaded,
        keep_column=given is not None,
        **flags,
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


def check_place(
    out: Path,
    config_path: Path | None,
    config: ValidateConfig,
    *,
    overwrite: bool = False,
    resume: bool = False,
) -> None:
    """Refuse a run folder that could not be written, or that a file is read from.

    Parameters
    ----------
    out
        Run folder.
    config_path
        File that the configuration was read from; None where there is none.
    config
        The complete configuration.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Raises
    ------
    V1BridgeError
        One line that says what is in the way.
    """
    is_own = _own_column(out, config) is not None  # the new run holds it as well
    paths = weights_paths(config.column) if is_own else column_paths(config.column)
    if config.criteria is not None:
        paths["criteria"] = Path(config.criteria)
    check_out(
        out, COMMAND, paths, config=config_path, overwrite=overwrite, resume=resume
    )


def check_files(
    config: ValidateConfig, column: Column | None = None
) -> LoadedColumn | None:
    """Check the files that a configuration names.

    Parameters
    ----------
    config
        The configuration.
    column
        The column that ``config.column`` names, where it is at hand.

    Returns
    -------
    LoadedColumn or None
        The column, where it is at hand or was read.

    Raises
    ------
    InputError
        If one is missing or cannot be used, the run does not fit into the memory, or
        the column has cells that no rate model stands for.
    """
    loaded = None if column is None else LoadedColumn(column, None)
    if isinstance(config.column, BuiltColumn):
        require_memory_of_validation(config, column)
    is_file = isinstance(config.column, FileColumn) or config.column.weights is not None
    if is_file and loaded is None:
        # Read whole: a file that is cut off must not stop a run half-way.
        loaded = read_column(config.column, dt_ms=config.spiking.dt_ms)
    if loaded is not None:
        require_reducible(loaded.column)
    if isinstance(config.column, FileColumn) and loaded is not None:
        require_memory_of_validation(config, loaded.column)
    if config.criteria is not None:
        load_criteria(Path(config.criteria))
    return loaded


def validate_in_folder(
    out: Path,
    config: ValidateConfig,
    progress: AbstractContextManager[Progress],
    loaded: LoadedColumn | None,
    *,
    keep_column: bool = False,
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
    loaded
        What :func:`check_files` returned: files are read once.
    keep_column
        Write the column into the folder, as it is nowhere else.
    overwrite, resume
        See :func:`bridge.files.run_folder.open_run_folder`.

    Returns
    -------
    RunReport or None
        What was found; None where a resumed run is complete already.
    """
    column = None if loaded is None else loaded.column
    hashes = _hashes(config, column)
    config = settle_device(config, column)
    with open_run_folder(
        out,
        config.to_toml(),
        command=COMMAND,
        inputs=hashes,
        overwrite=overwrite,
        resume=resume,
    ) as folder:
        if resume and is_complete(folder.path):
            return None
        # Imports torch and Brian2, seconds of work: only once the input is sound.
        from validation.runs.validation import run_validation

        with progress as running:
            report = run_validation(config, folder, running, loaded)
        if keep_column and column is not None:
            write_sonata(column, folder.staging / COLUMN)
        elif (own_files := _own_column(out, config)) is not None:
            copy_folder(own_files, folder.staging / COLUMN)
        write_text(folder.staging / CONFIG, config.to_toml())
        folder.commit()
    return report


def _own_column(out: Path, config: ValidateConfig) -> Path | None:
    """Return the column's folder where it is the run's own, which holds a copy."""
    if not isinstance(config.column, FileColumn):
        return None
    path = resolved(Path(config.column.path))
    return path if path == resolved(out) / COLUMN else None


def _hashes(config: ValidateConfig, column: Column | None) -> dict[str, str]:
    """Return the hash of what the run reads, by key and path."""
    hashes = column_hashes(config.column, None if column is None else column.hash)
    if config.criteria is not None:
        hashes[f"criteria ({config.criteria})"] = file_hash(Path(config.criteria))
    return hashes
