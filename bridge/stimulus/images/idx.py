"""The idx files of MNIST (LeCun, Cortes, Burges)."""

import gzip
import math
import zlib
from pathlib import Path
from typing import BinaryIO, cast

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray
from bridge.errors import InputError
from bridge.files.npz_file import MOST_DEFLATION
from bridge.files.regular_file import check_regular
from bridge.files.system_errors import reason_of
from bridge.stimulus.images.image_set import MOST_BYTES, ImageSet

MNIST_FILES = (
    ("train-images-idx3-ubyte", "train-labels-idx1-ubyte"),
    ("t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"),
)
"""Images and labels of the training and of the test set; ``.gz`` or not, and with
a dot or a dash before ``idx``."""

_MAGIC = bytes([0, 0, 0x08])
"""Two zeros and the type, bytes; the number of dimensions follows."""


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
    size = check_regular(path).st_size
    try:
        if path.suffix != ".gz":
            with path.open("rb") as file:
                return _read(file, path, size)
        with gzip.open(path) as compressed:
            return _read(cast(BinaryIO, compressed), path, MOST_DEFLATION * size)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"{path}: is damaged or cut short ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({reason_of(error)})") from None


def _read(file: BinaryIO, path: Path, most_bytes: int) -> NDArray[np.uint8]:
    magic = file.read(4)
    if len(magic) < 4 or magic[:3] != _MAGIC or not 1 <= magic[3] <= 3:
        raise InputError(f"{path}: is not an idx file of bytes")
    header = file.read(4 * magic[3])
    if len(header) < 4 * magic[3]:
        raise InputError(f"{path}: is cut short in its header")
    shape = tuple(int(n) for n in np.frombuffer(header, dtype=">u4"))
    n_bytes = math.prod(shape)
    if n_bytes > MOST_BYTES:
        raise InputError(
            f"{path}: announces {n_bytes / 2**30:.3g} GiB, at most "
            f"{MOST_BYTES / 2**30:g} GiB of images are read"
        )
    # A damaged header may announce anything: it is looked at before it is believed.
    data = b"" if n_bytes > most_bytes else file.read(n_bytes)
    if len(data) != n_bytes:
        raise InputError(f"{path}: is cut short; its header announces {n_bytes} bytes")
    if file.read(1):  # reaches the end, where gzip keeps its checksum
        raise InputError(f"{path}: is too long; its header announces {n_bytes} bytes")
    return np.frombuffer(data, dtype=np.uint8).reshape(shape)


def is_idx(path: Path) -> bool:
    """Return whether a file is called or begins like an idx file of bytes."""
    plain = path.name.removesuffix(".gz").replace(".idx", "-idx")
    if any(plain in pair for pair in MNIST_FILES):
        return True
    with path.open("rb") as file:
        return file.read(3) == _MAGIC


def read_mnist(folder: Path, name: str, white: float | None = None) -> ImageSet:
    """Read MNIST, training and test set, from its four idx files.

    Parameters
    ----------
    folder
        Holds the files, compressed or not.
    name
        What to call the set.
    white
        Value that is white, see :class:`~bridge.stimulus.images.image_set.ImageSet`.

    Raises
    ------
    InputError
        If a file is missing or damaged, or images and labels do not fit.
    """
    images: list[NDArray[np.uint8]] = []
    labels: list[NDArray[np.uint8]] = []
    is_test: list[BoolArray] = []
    for part, (image_file, label_file) in enumerate(MNIST_FILES):
        image_path, label_path = (
            idx_path(folder, image_file),
            idx_path(folder, label_file),
        )
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
        white=white,
    )


def idx_path(folder: Path, name: str) -> Path:
    """Return the path of one of :data:`MNIST_FILES` as a folder has it.

    The first there is of the name as published, with ``.gz``, and both with a dot
    before ``idx``, as some unpackers write it; the first where there is none.
    """
    dotted = name.replace("-idx", ".idx")
    forms = [folder / f"{form}{gz}" for form in (name, dotted) for gz in ("", ".gz")]
    return next((path for path in forms if path.exists()), forms[0])
