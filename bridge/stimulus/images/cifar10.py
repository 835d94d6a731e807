"""CIFAR-10 (Krizhevsky 2009) in its binary version.

The Python version is a set of pickle files, which can run code when they are read;
it is not read here.
"""

import gzip
import tarfile
import zlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
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


def read_cifar10(source: Path, name: str) -> ImageSet:
    """Read CIFAR-10 from its six binary files.

    Parameters
    ----------
    source
        The folder with the files, or the archive as published.
    name
        What to call the set.

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
    )


def _from_folder(folder: Path, files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    contents = []
    for file in files:
        path = folder / file
        try:
            contents.append((str(path), path.read_bytes()))
        except FileNotFoundError:
            raise InputError(f"{path}: there is no such file") from None
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    return contents


def _from_archive(archive: Path, files: tuple[str, ...]) -> list[tuple[str, bytes]]:
    contents = {}
    try:
        # Members are read one after the other and never unpacked to disk.
        with gzip.open(archive) as raw, tarfile.open(fileobj=raw, mode="r|") as tar:
            for member in tar:
                folder, _, file = member.name.removeprefix("./").partition("/")
                is_wanted = folder == FOLDER and file in files and member.isfile()
                content = tar.extractfile(member) if is_wanted else None
                if content is not None:
                    contents[file] = content.read()
            while raw.read(2**20):  # to the end, where gzip keeps its checksum
                pass
    except FileNotFoundError:
        raise InputError(f"{archive}: there is no such file") from None
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile) as error:
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
