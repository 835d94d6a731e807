"""CIFAR-10 (Krizhevsky 2009) in its binary version.

The Python version is a set of pickle files, which can run code when they are read;
it is not read here.
"""

import gzip
import tarfile
import zlib
from pathlib import Path
from typing import IO, cast

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.files.regular_file import check_regular, read_bytes
from bridge.stimulus.images.image_set import ImageSet

CLASSES = (
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
)
TRAIN_FILES = tuple(f"data_batch_{k}.bin" for k in range(1, 6))
TEST_FILE = "test_batch.bin"
ARCHIVE = "cifar-10-binary.tar.gz"
FOLDER = "cifar-10-batches-bin"
"""Folder that the archive holds and unpacks to."""

SIDE_PX = 32
RECORD_BYTES = 1 + 3 * SIDE_PX * SIDE_PX
"""A label, then the red, the green and the blue plane, row by row."""

_MOST_FILE_BYTES = 10_000 * RECORD_BYTES
"""Size of each of the six files as published."""

_MOST_ARCHIVE_BYTES = 2**28
"""A third more than the six files: damage or malice may announce anything."""

_DAMAGE = (
    tarfile.TarError,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    LookupError,
    OverflowError,
    ValueError,
)


def read_cifar10(source: Path, name: str, white: float | None = None) -> ImageSet:
    """Read CIFAR-10 from its six binary files.

    Parameters
    ----------
    source
        The folder with the files, or the archive as published.
    name
        What to call the set.
    white
        Value that is white, see :class:`~bridge.stimulus.images.image_set.ImageSet`.

    Raises
    ------
    InputError
        If a file is missing, damaged, or not made of whole records.
    """
    files = (*TRAIN_FILES, TEST_FILE)
    read = _from_folder if source.is_dir() else _from_archive
    records = [_records(content, path) for path, content in read(source, files)]
    counts = [part.shape[0] for part in records]
    table = np.concatenate(records)
    planes = table[:, 1:].reshape(-1, 3, SIDE_PX, SIDE_PX)
    return ImageSet(
        name,
        planes.transpose(0, 2, 3, 1),
        table[:, 0].astype(np.int64),
        CLASSES,
        np.repeat([file == TEST_FILE for file in files], counts),
        white,
    )


def _from_folder(folder: Path, files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    return [
        (
            str(folder / file),
            read_bytes(folder / file, "file of CIFAR-10", most_bytes=_MOST_FILE_BYTES),
        )
        for file in files
    ]


class _Bounded:
    """A stream that ends in an error where it yields more than it should."""

    def __init__(self, stream: gzip.GzipFile, archive: Path) -> None:
        self._stream, self._archive = stream, archive
        self._left = _MOST_ARCHIVE_BYTES

    def read(self, n_bytes: int) -> bytes:
        content = self._stream.read(n_bytes)
        self._left -= len(content)
        if self._left < 0:
            raise InputError(
                f"{self._archive}: expands to more than "
                f"{_MOST_ARCHIVE_BYTES / 2**20:.0f} MiB, which CIFAR-10 does not"
            )
        return content


def _from_archive(archive: Path, files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    check_regular(archive, "archive of CIFAR-10")
    contents: dict[str, bytes] = {}
    try:
        # Members are read one after the other and never unpacked to disk.
        with gzip.open(archive) as expanded:
            raw = _Bounded(expanded, archive)
            with tarfile.open(fileobj=cast(IO[bytes], raw), mode="r|") as tar:
                for member in tar:
                    folder, _, file = member.name.removeprefix("./").partition("/")
                    is_wanted = folder == FOLDER and file in files and member.isfile()
                    content = tar.extractfile(member) if is_wanted else None
                    if content is None:
                        continue
                    if file in contents:
                        raise InputError(f"{archive}: holds {member.name} twice")
                    contents[file] = content.read()
            while raw.read(2**20):  # to the end, where gzip keeps its checksum
                pass
    except _DAMAGE as error:
        raise InputError(f"{archive}: is damaged or cut short ({error})") from None
    except OSError as error:
        raise InputError(f"{archive}: cannot be read ({error})") from None
    missing = [file for file in files if file not in contents]
    if missing:
        raise InputError(f"{archive}: holds no {FOLDER}/{missing[0]}")
    return [(f"{archive}: {file}", contents[file]) for file in files]


def _records(content: bytes, path: str) -> NDArray[np.uint8]:
    if not content or len(content) % RECORD_BYTES:
        raise InputError(
            f"{path}: {len(content)} bytes are not whole records of {RECORD_BYTES}; "
            "is it cut short, or not CIFAR-10's binary version?"
        )
    return np.frombuffer(content, dtype=np.uint8).reshape(-1, RECORD_BYTES)
