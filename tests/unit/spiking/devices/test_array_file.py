"""Files of numbers for a simulation: what NumPy reads back, or a named error."""

import errno
import sys
from pathlib import Path

import numpy as np
import pytest

from spiking.devices.array_file import write_array


@pytest.mark.parametrize(
    "values",
    [np.arange(6.0).reshape(2, 3)[:, ::2], np.zeros((0, 2), np.int32), np.int64([7])],
)
def test_numbers_are_written_row_by_row(tmp_path: Path, values: np.ndarray) -> None:
    write_array(tmp_path / "a", values)
    assert (np.fromfile(tmp_path / "a", values.dtype) == values.ravel()).all()
    assert (tmp_path / "a").stat().st_size == values.nbytes


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/full is of Linux")
@pytest.mark.parametrize("n_values", [1, 100_000])
def test_a_full_disk_is_named(n_values: int) -> None:
    with pytest.raises(OSError, match="/dev/full") as caught:
        write_array(Path("/dev/full"), np.zeros(n_values))
    assert caught.value.errno == errno.ENOSPC
