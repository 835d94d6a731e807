"""Texts in HDF5 files: the damage on which the library never returns, or fills memory.

Texts of any length lie in global heaps, lists of objects with an index and a size
each. The library walks such a list by its sizes, so that free space (index 0) of
size 0 keeps it in place for ever, deaf even to Ctrl-C (seen with HDF5 2.0). Of 12,000
byte mutations of network and spike files 57 did this; all others ended. And a text may
claim any length below 4 GiB, which the library fills with zeros before it looks.
"""

import mmap
from pathlib import Path

import h5py
import numpy as np

_SIGNATURE = b"GCOL"
_MOST_OBJECTS = 2**16
"""An index has 16 bits."""


def has_endless_heap(path: Path, size_of_lengths: int = 8) -> bool:
    """Tell whether reading a text of an HDF5 file may never end.

    The whole file is searched for heaps, at about 1 GB/s.

    Parameters
    ----------
    path
        The file.
    size_of_lengths
        Bytes in which the file keeps a length (a property of its superblock).

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    with path.open("rb") as file:
        if not file.seek(0, 2):  # nothing to map
            return False
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
            start = content.find(_SIGNATURE)
            while start >= 0:
                if _is_endless(content, start, size_of_lengths):
                    return True
                start = content.find(_SIGNATURE, start + len(_SIGNATURE))
    return False


def claims_more_than_the_file(path: Path, dataset: h5py.Dataset) -> bool:
    """Tell whether a text of a dataset claims to be longer than its whole file.

    Looked at where the texts of any length are listed in one piece, as h5py does
    unless it is asked to compress.

    Parameters
    ----------
    path
        The file.
    dataset
        A list of texts in it.
    """
    offset = dataset.id.get_offset()
    is_fixed = h5py.check_string_dtype(dataset.dtype).length is not None
    if offset is None or is_fixed or dataset.size == 0:
        return False
    n_bytes = dataset.id.get_storage_size() // dataset.size
    entry = np.dtype([("length", "<u4"), ("place", f"V{n_bytes - 4}")])
    listed = np.fromfile(path, entry, dataset.size, offset=offset)
    return bool(listed["length"].max(initial=0) > path.stat().st_size)


def _is_endless(content: mmap.mmap, start: int, width: int) -> bool:
    """Walk the heap at ``start`` as the library does."""

    def length(at: int) -> int:
        return int.from_bytes(content[at : at + width], "little")

    header = 8 + width
    end = min(start + length(start + 8), len(content))
    at = start + header
    for _ in range(_MOST_OBJECTS):
        if at + header > end:
            return False
        is_free = content[at : at + 2] == b"\0\0"
        size = length(at + 8)
        step = size if is_free else header + -(-size // 8) * 8
        if step == 0:
            return True
        at += step
    return False
