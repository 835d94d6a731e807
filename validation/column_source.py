"""Get the column that a configuration names."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from bridge.column.build import build_column
from bridge.column.column import Column, PoissonInput
from bridge.column.sonata_read import read_sonata
from validation.config import BuiltColumn, FileColumn


def load_column(config: BuiltColumn | FileColumn) -> Column:
    """Build or read a column.

    Parameters
    ----------
    config
        Section ``column`` of a configuration.

    Returns
    -------
    Column
        The column; without its surround where the configuration says so.

    Raises
    ------
    InputError
        If the size is out of range, or a file is missing or broken.
    """
    if isinstance(config, BuiltColumn):
        return build_column(
            config.size,
            config.seed,
            radius_um=config.radius_um,
            surround=config.surround,
        )
    column = read_sonata(Path(config.path))
    return column if config.surround else replace(column, surround=_no_input())


def _no_input() -> PoissonInput:
    nothing = np.empty(0)
    return PoissonInput(
        target=nothing.astype(np.int32),
        rate_hz=nothing,
        weight_pa=nothing,
        delay_ms=nothing,
        receptor=nothing.astype(np.int8),
        source_population=nothing.astype(np.int8),
    )
