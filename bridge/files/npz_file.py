"""Reading NumPy's ``.npz`` archives of others: sizes are looked at before content."""

import math
import os
import struct
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
from numpy.lib import format as npy

from bridge.arrays import AnyArray
from bridge.errors import InputError
from bridge.files.regular_file import check_regular
from bridge.files.system_errors import reason_of

MOST_BYTES = 8 * 2**30
"""Most that the arrays of an archive may declare, bytes: twice the connections of the
largest column, 230,924 cells."""

MOST_DEFLATION = 1032
"""A byte of deflate stands for at most so many (258 in two bits)."""

_CHUNK_BYTES = 2**20
_LAST_LETTER, _SURROGATES = 0x10FFFF, 0xD800 >> 11
"""Of Unicode: the last code point, and those that stand for no letter."""

_HEADERS = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
_SUFFIX = ".npy"

# What zipfile and NumPy's parser of headers, which is Python's own, say of damage.
# RuntimeError: flags and methods of compression that zipfile does not know.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    tokenize.TokenError,
    EOFError,
    LookupError,
    OSError,
    OverflowError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
)


class NpzArchive:
    """An open archive, of which nothing is believed before it is looked at.

    Made by :func:`open_npz`.

    Attributes
    ----------
    path
        The file.
    names
        Names of the arrays, in the order of the file.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._members = {
            info.filename.removesuffix(_SUFFIX): info for info in archive.infolist()
        }
        self.names = tuple(self._members)

    def read(self, name: str) -> AnyArray:
        """Read an array of numbers, truth values or texts, and check its checksum.

        Parameters
        ----------
        name
            One of :attr:`names`.

        Raises
        ------
        InputError
            If there is no such array, it is damaged, or holds Python objects, which
            can run code.
        """
        if name not in self._members:
            held = ", ".join(self.names) or "nothing"
            raise InputError(f"{self.path}: has no array {name!r} (it has {held})")
        try:
            with self._archive.open(self._members[name]) as member:
                return self._content(name, member)
        except _DAMAGE:
            raise InputError(f"{self.path}: array {name!r} is damaged") from None
        except MemoryError:
            raise InputError(
                f"{self.path}: array {name!r} does not fit into the memory"
            ) from None

    def _content(self, name: str, member: IO[bytes]) -> AnyArray:
        shape, by_columns, dtype = _header(member)
        if dtype.hasobject:
            raise InputError(
                f"{self.path}: array {name!r} holds Python objects, which are not read "
                "(they can run code); store numbers or texts"
            )
        if dtype.kind not in "biufSU":
            raise InputError(
                f"{self.path}: array {name!r} is {dtype}, not numbers or texts"
            )
        n_bytes = dtype.itemsize * math.prod(shape)
        declared = self._members[name].file_size
        if dtype.itemsize == 0 or member.tell() + n_bytes != declared:
            raise ValueError("the header does not fit the size")
        content = np.empty(n_bytes, dtype=np.uint8)
        rest = content.data
        while rest:
            n_read = member.readinto(rest[:_CHUNK_BYTES])  # type: ignore[attr-defined]
            if n_read == 0:
                raise EOFError
            rest = rest[n_read:]
        array: AnyArray = content.view(dtype)
        if dtype.kind == "U":
            letters = content.view(np.dtype(np.uint32).newbyteorder(dtype.byteorder))
            if (letters > _LAST_LETTER).any() or (letters >> 11 == _SURROGATES).any():
                raise ValueError("is no text")
        return array.reshape(shape[::-1]).T if by_columns else array.reshape(shape)


@contextmanager
def open_npz(
    path: Path, what: str = "file", *, most_bytes: int = MOST_BYTES
) -> Iterator[NpzArchive]:
    """Open an archive for reading; what is no sound archive becomes an InputError.

    Parameters
    ----------
    path
        The file.
    what
        What it should be, for the message.
    most_bytes
        Most that all its arrays may declare; the memory of the machine is another
        limit.

    Yields
    ------
    NpzArchive
        With the names of the arrays, none of which has been read.

    Raises
    ------
    InputError
        If it is missing, no regular file, no ``.npz``, or declares more than it can
        hold or the machine can.
    """
    size = check_regular(path, what).st_size
    try:
        file = path.open("rb")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)})") from None
    with file:
        try:
            archive = zipfile.ZipFile(file)
        except _DAMAGE:
            raise InputError(f"{path}: is damaged or no .npz file") from None
        with archive:
            _check_members(path, archive.infolist(), size, most_bytes)
            yield NpzArchive(path, archive)


def _check_members(
    path: Path, members: list[zipfile.ZipInfo], size: int, most_bytes: int
) -> None:
    held: set[str] = set()
    for member in members:
        name = member.filename
        if not name.endswith(_SUFFIX):
            raise InputError(f"{path}: holds {name!r}, which is no NumPy array")
        if name in held:
            raise InputError(f"{path}: holds array {name[: -len(_SUFFIX)]!r} twice")
        held.add(name)
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise InputError(
                f"{path}: is damaged, or compressed in a way that NumPy does not "
                "write; store it with numpy.savez_compressed"
            )
        is_deflated = member.compress_type == zipfile.ZIP_DEFLATED
        most = member.compress_size * (MOST_DEFLATION if is_deflated else 1)
        if member.compress_size > size or member.file_size > most:
            raise InputError(
                f"{path}: is damaged; {name!r} declares {member.file_size} bytes, "
                "which the file does not hold"
            )
    declared = sum(member.file_size for member in members)
    most_bytes = min(most_bytes, _memory_bytes())
    if declared > most_bytes:
        raise InputError(
            f"{path}: declares {declared / 2**30:.3g} GiB of arrays; at most "
            f"{most_bytes / 2**30:.3g} GiB are read on this machine"
        )


def _memory_bytes() -> int:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")


def _header(member: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    """Return shape, whether the first index runs fastest, and type."""
    version = npy.read_magic(member)  # type: ignore[no-untyped-call]
    read = _HEADERS[version]  # of tables with named columns there are others
    with warnings.catch_warnings():
        # A damaged header can look like outdated Python, which the parser warns of.
        warnings.simplefilter("ignore")
        shape, by_columns, dtype = read(member)  # type: ignore[no-untyped-call]
    if any(length < 0 for length in shape):
        raise ValueError("a length is negative")
    return shape, by_columns, dtype
