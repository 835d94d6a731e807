"""Files of plain numbers that a simulation reads: the other side of array_files.h."""

from pathlib import Path

import numpy as np

from bridge.arrays import AnyArray
from bridge.files.system_errors import writing_to


def write_array(path: Path, values: AnyArray) -> None:
    """Write the values of an array, row by row, and nothing else.

    Parameters
    ----------
    path
        The file.
    values
        Numbers, of the type that the simulation reads.

    Raises
    ------
    InputError, OSError
        As :func:`~bridge.files.system_errors.writing_to`; NumPy's own ``tofile``
        says on a full disk how many values it wrote, not where and why.
    """
    with writing_to(path), path.open("wb") as file:
        file.write(np.ascontiguousarray(values).data)
