"""Get the column that a configuration names."""

from dataclasses import replace
from pathlib import Path

from bridge.column.building.build import build_column
from bridge.column.building.expected_size import expected_size
from bridge.column.column import Column
from bridge.column.poisson_input import PoissonInput
from bridge.machine.memory import require_memory
from bridge.sonata.read import read_sonata
from validation.config.column import BuiltColumn, FileColumn
from validation.experiment.trained_run import read_trained_run


def load_column(config: BuiltColumn | FileColumn) -> Column:
    """Build or read a column.

    Parameters
    ----------
    config
        Section ``column`` of a configuration.

    Returns
    -------
    Column
        The column; without its surround, or with trained weights, where the
        configuration says so.

    Raises
    ------
    InputError
        If the size is out of range or does not fit into the memory, a file is missing
        or broken, or the weights are those of another column.
    """
    column = _untrained(config)
    if config.weights is None:
        return column
    return read_trained_run(Path(config.weights)).put_into(column)


def _untrained(config: BuiltColumn | FileColumn) -> Column:
    if isinstance(config, BuiltColumn):
        size = expected_size(config.size, config.radius_um)
        require_memory(
            size.building_bytes,
            f"building a column of {size.n_cells:,} cells",
            "lower column.size",
        )
        return build_column(
            config.size,
            config.seed,
            radius_um=config.radius_um,
            surround=config.surround,
        )
    column = read_sonata(Path(config.path))
    return column if config.surround else replace(column, surround=PoissonInput.none())
