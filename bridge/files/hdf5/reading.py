"""Reading HDF5 files of others: every call that may fail on a damaged file is here."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from bridge.arrays import AnyArray
from bridge.errors import InputError
from bridge.files.hdf5.heaps import claims_more_than_the_file, has_endless_heap
from bridge.files.regular_file import check_regular

_MOST_COMPRESSION = 2000
"""Deflate reaches 1,032; a dataset that declares more than this many bytes for each
stored one holds nothing, whatever its shape says."""


class Hdf5Group:
    """A group of an open file, of which nothing is believed before it is looked at.

    Made by :func:`open_hdf5`. Links that lead out of the file and datasets whose
    values lie in another one are refused: a file of somebody else must not read
    those of the user.

    Attributes
    ----------
    path
        The file.
    name
        Name of the group in it (``"/nodes/v1"``).
    """

    def __init__(self, path: Path, group: h5py.Group) -> None:
        self.path = path
        self.name = str(group.name)
        self._group = group

    def names(self) -> list[str]:
        """Return the names of everything in the group, sorted."""
        with self._damage():
            return sorted(str(name) for name in self._group)

    def groups(self) -> list[str]:
        """Return the names of the groups in it, sorted."""
        return [n for n in self.names() if isinstance(self._item(n), h5py.Group)]

    def datasets(self) -> list[str]:
        """Return the names of the datasets in it, sorted."""
        return [n for n in self.names() if isinstance(self._item(n), h5py.Dataset)]

    def __contains__(self, name: str) -> bool:
        with self._damage():
            return name in self._group

    def group(self, name: str) -> "Hdf5Group":
        """Return a group in it.

        Raises
        ------
        InputError
            If there is none of this name, or it is a dataset.
        """
        item = self._item(name)
        if not isinstance(item, h5py.Group):
            raise InputError(f"{self.path}: {self._place(name)} is not a group")
        return Hdf5Group(self.path, item)

    def n_values(self, name: str) -> int:
        """Return the length of a list, without reading it.

        Raises
        ------
        InputError
            As :meth:`values`.
        """
        return int(self._dataset(name).shape[0])

    def values(self, name: str, kinds: str, *, size: int | None = None) -> AnyArray:
        """Read a list of values.

        Parameters
        ----------
        name
            Dataset.
        kinds
            Kinds of NumPy's types that will do (``"iu"``, ``"iufb"``); ``"O"`` is
            text, and comes as an array of :class:`str`.
        size
            Length that it must have; ``None`` takes any that the file can hold.

        Returns
        -------
        ndarray
            Shape ``(n,)``.

        Raises
        ------
        InputError
            If there is no such dataset, it is no list, of another kind or length,
            declares more than the file holds, or is damaged.
        """
        dataset = self._dataset(name)
        place = self._place(name)
        with self._damage():
            kind, length = dataset.dtype.kind, int(dataset.shape[0])
            is_text = h5py.check_string_dtype(dataset.dtype) is not None
        if size is not None and length != size:
            raise InputError(
                f"{self.path}: {place} has {length} values, not {size}: lengths differ"
            )
        if is_text and "O" in kinds:
            with self._damage():
                if claims_more_than_the_file(self.path, dataset):
                    raise ValueError(f"a text in {place} is longer than the file")
                return np.array([str(v) for v in dataset.asstr()[:]], dtype=object)
        is_empty = length == 0 and kind in "iufb"  # of no kind: NumPy's is float64
        if is_text or not (is_empty or kind in kinds.replace("O", "")):
            wanted = "numbers" if "f" in kinds else "whole numbers"
            wanted = "text" if kinds == "O" else wanted
            raise InputError(f"{self.path}: {place} is not a list of {wanted}")
        with self._damage():
            return np.asarray(dataset[:])

    def attribute(self, name: str, *, of: str | None = None) -> Any:
        """Return an attribute of the group or of a dataset in it; ``None`` if absent.

        Text comes as :class:`str`, also where it is stored as bytes or as a list of
        one text.

        Raises
        ------
        InputError
            If it is neither numbers nor text, or damaged.
        """
        with self._damage():
            attributes = (self._group if of is None else self._item(of)).attrs
            if name not in attributes:
                return None
            kind = attributes.get_id(name).dtype
            # HDF5 crashes on lists of lists, which one wrong bit makes of a text
            if kind.kind not in "iufbS" and h5py.check_string_dtype(kind) is None:
                raise ValueError(f"attribute {name} is neither numbers nor text")
            value = attributes[name]
        if isinstance(value, np.ndarray) and value.size == 1:
            value = value.reshape(())[()]
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return value

    def _item(self, name: str) -> Any:
        with self._damage():
            if name not in self._group:
                raise InputError(f"{self.path}: {self.name} has no {name}")
            link = self._group.get(name, getlink=True)
            if isinstance(link, h5py.ExternalLink):
                raise InputError(
                    f"{self.path}: {self._place(name)} is a link to another file "
                    f"({link.filename}), which is not followed"
                )
            return self._group[name]

    def _dataset(self, name: str) -> h5py.Dataset:
        dataset = self._item(name)
        place = self._place(name)
        with self._damage():
            if not isinstance(dataset, h5py.Dataset):
                raise InputError(f"{self.path}: {place} is not a dataset")
            if dataset.external or dataset.is_virtual:
                raise InputError(
                    f"{self.path}: {place} keeps its values in another file, which is "
                    "not read; store them in this one"
                )
            if dataset.shape is None or dataset.ndim != 1:
                shape = dataset.shape
                raise InputError(f"{self.path}: {place} is not a list (shape {shape})")
            # Variable-length text lies in the file's heap, not in the dataset.
            stored = max(dataset.id.get_storage_size(), 4096)
            if dataset.dtype.itemsize * dataset.shape[0] > _MOST_COMPRESSION * stored:
                raise InputError(
                    f"{self.path}: {place} declares {dataset.shape[0]} values, which "
                    "the file does not hold"
                )
        return dataset

    def _place(self, name: str) -> str:
        return f"{self.name.rstrip('/')}/{name}"

    @contextmanager
    def _damage(self) -> Iterator[None]:
        """Turn what h5py raises on a damaged file into an InputError."""
        try:
            yield
        except (OSError, RuntimeError, KeyError, ValueError, TypeError) as error:
            raise _damaged(self.path, error) from None


@contextmanager
def open_hdf5(path: Path, what: str = "file") -> Iterator[Hdf5Group]:
    """Open a file for reading; what HDF5 cannot read becomes an InputError.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.

    Yields
    ------
    Hdf5Group
        The root.

    Raises
    ------
    InputError
        If it is missing, no regular file or no HDF5, or so damaged that HDF5 would
        never return.
    """
    check_regular(path, what)
    try:
        file = h5py.File(path, "r")
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise _damaged(path, error) from None
    try:
        if has_endless_heap(path, file.id.get_create_plist().get_sizes()[1]):
            raise InputError(f"{path}: is damaged: a list of texts in it has no end")
        yield Hdf5Group(path, file)
    finally:
        file.close()


def _damaged(path: Path, error: Exception) -> InputError:
    reason = " ".join(str(error).split())
    return InputError(f"{path}: cannot be read as HDF5 (cut short?): {reason}")
