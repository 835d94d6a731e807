"""The idx files of MNIST (LeCun, Cortes, Burges)."""

import gzip
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray
from bridge.errors import InputError
from bridge.stimulus.images.image_set import ImageSet

MNIST_FILES = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)
"""Images and labels of the training and of the test set; ``.gz`` or not."""

_UINT8 = 0x08


def read_idx(path: Path) -> NDArray[np.uint8]:
    """Read one idx file of bytes, compressed with gzip if its name ends in .gz.

    Parameters
    ----------
    path
        The file: two zero bytes, the type 0x08, the number of dimensions, each
        dimension as a big-endian 32-bit number, then the data.

    Returns
    -------
    ndarray
        Its array, uint8.

    Raises
    ------
    InputError
        If the file is missing, not an idx file, cut short or too long.
    """
    try:
        if path.suffix != ".gz":
            with path.open("rb") as file:
                return _read(file, path)
        with gzip.open(path) as compressed:
            return _read(cast(BinaryIO, compressed), path)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: is damaged or cut short ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None


def _read(file: BinaryIO, path: Path) -> NDArray[np.uint8]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:3] != bytes([0, 0, _UINT8]) or not 1 <= magic[3] <= 3:
        raise InputError(f"{path}: is not an idx file of bytes")
    header = file.read(4 * magic[3])
    if len(header) < 4 * magic[3]:
        raise InputError(f"{path}: is cut short in its header")
    shape = tuple(int(n) for n in np.frombuffer(header, dtype=">u4"))
    n_bytes = int(np.prod(shape, dtype=object))
    data = file.read()  # not n_bytes: a damaged header may announce anything
    if len(data) != n_bytes:
        word = "cut short" if len(data) < n_bytes else "too long"
        raise InputError(f"{path}: is {word}; its header announces {n_bytes} bytes")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def read_mnist(folder: Path, name: str) -> ImageSet:
    """Read MNIST, training and test set, from its four idx files.

    Parameters
    ----------
    folder
        Holds the files, compressed or not.
    name
        What to call the set.

    Raises
    ------
    InputError
        If a file is missing or damaged, or images and labels do not fit.
    """
    images: list[NDArray[np.uint8]] = []
    labels: list[NDArray[np.uint8]] = []
    is_test: list[BoolArray] = []
    for part, (image_file, label_file) in enumerate(MNIST_FILES):
        image_path, label_path = _find(folder, image_file), _find(folder, label_file)
        pictures, classes = read_idx(image_path), read_idx(label_path)
        if pictures.ndim != 3 or classes.shape != pictures.shape[:1]:
            raise InputError(
                f"{image_path}: shape {pictures.shape} does not fit the labels "
                f"{classes.shape} of {label_path.name}"
            )
        if images and pictures.shape[1:] != images[0].shape[1:]:
            raise InputError(
                f"{image_path}: images of {pictures.shape[1:]} pixels, those of the "
                f"training set have {images[0].shape[1:]}"
            )
        images.append(pictures)
        labels.append(classes)
        is_test.append(np.full(classes.size, part == 1))
    return ImageSet(
        name,
        np.concatenate(images),
        np.concatenate(labels).astype(np.int64),
        is_test=np.concatenate(is_test),
    )


def _find(folder: Path, file: str) -> Path:
    plain, compressed = folder / file, folder / f"{file}.gz"
    return compressed if compressed.exists() and not plain.exists() else plain
