"""Finds the images that a user names."""

from pathlib import Path

from bridge.errors import InputError
from bridge.files.regular_file import check_regular
from bridge.files.system_errors import reason_of
from bridge.progress import Progress
from bridge.stimulus.images.cifar10 import ARCHIVE, FOLDER, TRAIN_FILES, read_cifar10
from bridge.stimulus.images.download import CIFAR10, MNIST, cache_folder, fetch
from bridge.stimulus.images.idx import MNIST_FILES, idx_path, is_idx, read_mnist
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.npz import read_npz
from bridge.stimulus.images.shipped import digits, photographs

DOWNLOADED = ("mnist", "cifar10")
"""What is fetched from the network when it is first named."""

NAMES = ("digits", "photographs", *DOWNLOADED)
"""What can be named without a path."""


def load_images(
    source: str, progress: Progress | None = None, *, white: float | None = None
) -> ImageSet:
    """Load images by name or from a file or folder.

    Parameters
    ----------
    source
        ``"digits"`` or ``"photographs"`` (shipped with scikit-learn),
        ``"mnist"`` or ``"cifar10"`` (downloaded once, checked by sha256), or a
        path: an ``.npz`` file (see :func:`~bridge.stimulus.images.npz.read_npz`),
        a folder with MNIST's four idx files, or a folder with CIFAR-10's binary
        files or their archive.
    progress
        Receives the progress of a download.
    white
        Value of the images that is white, where they are not bytes with 255 for
        white; of images by name it is known.

    Raises
    ------
    InputError
        One line, if there is no such source or its content cannot be used.
    """
    if source in NAMES and white is not None:
        raise InputError(
            f"images {source!r}: which value is white is known; leave out "
            f"white = {white:g}"
        )
    if source == "digits":
        return digits()
    if source == "photographs":
        return photographs()
    if source == "mnist":
        folder = cache_folder()
        for file in MNIST:
            fetch(file, folder, progress)
        return read_mnist(folder, source)
    if source == "cifar10":
        return read_cifar10(fetch(CIFAR10, cache_folder(), progress), source)
    try:
        return _from_path(Path(source).expanduser(), source, white)
    except OSError as error:
        raise InputError(
            f"images {source!r}: cannot be read ({reason_of(error)})"
        ) from None
    except RuntimeError:  # ~name of a user that there is not
        raise InputError(f"images {source!r}: no such file or folder") from None


def _from_path(path: Path, source: str, white: float | None) -> ImageSet:
    if path.is_dir():
        return _from_folder(path, white)
    if not path.exists():
        raise InputError(
            f"images {source!r}: no such file or folder, and none of the names "
            f"{', '.join(NAMES)}"
        )
    check_regular(path, "file of images")
    if path.name == ARCHIVE:
        return read_cifar10(path, source, white)
    if is_idx(path):
        raise InputError(
            f"{path}: is one of MNIST's four idx files; name the folder that holds "
            f"them ({', '.join(name for pair in MNIST_FILES for name in pair)})"
        )
    return read_npz(path, white)


def _from_folder(folder: Path, white: float | None) -> ImageSet:
    if any(idx_path(folder, name).exists() for pair in MNIST_FILES for name in pair):
        return read_mnist(folder, str(folder), white)
    for inner in (folder, folder / FOLDER):
        if (inner / TRAIN_FILES[0]).is_file():
            return read_cifar10(inner, str(folder), white)
    if (folder / ARCHIVE).is_file():
        return read_cifar10(folder / ARCHIVE, str(folder), white)
    python_version = (folder / "data_batch_1", folder / "cifar-10-batches-py")
    if any(path.exists() for path in python_version):
        raise InputError(
            f"{folder}: holds CIFAR-10's Python version (pickle files, which can run "
            f"code); get the binary version, {ARCHIVE}"
        )
    raise InputError(
        f"{folder}: holds neither MNIST's idx files ({MNIST_FILES[0][0]}, ...) nor "
        f"CIFAR-10's binary files ({TRAIN_FILES[0]}, ...)"
    )
