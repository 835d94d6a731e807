"""Get the column that a configuration names."""

from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from bridge.column.building.build import build_column
from bridge.column.building.expected_size import expected_size
from bridge.column.column import Column
from bridge.column.poisson_input import PoissonInput
from bridge.errors import InputError
from bridge.machine.memory import require_memory
from bridge.sonata.read import read_network
from bridge.sonata.reading.report import Reading
from validation.config.column import BuiltColumn, FileColumn
from validation.experiment.trained.trained_run import read_trained_run


class LoadedColumn(NamedTuple):
    """A column, and what was read of its files.

    Attributes
    ----------
    column
        The column.
    reading
        What was read; ``None`` for a column that was built.
    """

    column: Column
    reading: Reading | None


def provenance_of(reading: Reading | None) -> dict[str, Any]:
    """Return what ``provenance.json`` says of a column that was read."""
    return {} if reading is None else {"column": reading.as_dict()}


def load_column(config: BuiltColumn | FileColumn) -> Column:
    """Build or read a column; see :func:`read_column`."""
    return read_column(config).column


def read_column(
    config: BuiltColumn | FileColumn, *, dt_ms: float | None = None
) -> LoadedColumn:
    """Build or read a column, and say what was read.

    Parameters
    ----------
    config
        Section ``column`` of a configuration.
    dt_ms
        Time step that it is simulated with, ms; ``None`` where it is not.

    Returns
    -------
    LoadedColumn
        The column, without its surround, or with trained weights, where the
        configuration says so; and what was read.

    Raises
    ------
    InputError
        If the size is out of range or does not fit into the memory, a file is
        missing or broken, asks for another time step than ``dt_ms``, or the weights
        are those of another column.
    """
    loaded = _untrained(config)
    if isinstance(config, FileColumn) and loaded.reading is not None:
        wanted_ms = loaded.reading.dt_ms
        if wanted_ms is not None and dt_ms is not None and wanted_ms != dt_ms:
            raise InputError(
                f"{config.path}: run.dt is {wanted_ms:g} ms, the step of the "
                f"simulation {dt_ms:g} ms; set one as the other, or name the circuit "
                "configuration"
            )
    if config.weights is None:
        return loaded
    column = read_trained_run(Path(config.weights)).put_into(loaded.column)
    return loaded._replace(column=column)


def _untrained(config: BuiltColumn | FileColumn) -> LoadedColumn:
    if isinstance(config, BuiltColumn):
        size = expected_size(config.size, config.radius_um)
        require_memory(
            size.building_bytes,
            f"building a column of {size.n_cells:,} cells",
            "lower column.size",
        )
        column = build_column(
            config.size,
            config.seed,
            radius_um=config.radius_um,
            surround=config.surround,
        )
        return LoadedColumn(column, None)
    column, reading = read_network(
        Path(config.path), background_hz=config.background_hz
    )
    if not config.surround:
        column = replace(column, surround=PoissonInput.none())
    return LoadedColumn(column, reading)
