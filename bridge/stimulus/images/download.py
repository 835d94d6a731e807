"""Downloads MNIST and CIFAR-10, checked by sha256 and kept in a cache."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bridge.errors import InputError
from bridge.progress import Progress, SilentProgress
from bridge.stimulus.images.cifar10 import ARCHIVE

CACHE_VARIABLE = "V1BRIDGE_DATA"
"""Environment variable that names another cache folder."""

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes
    ----------
    name
        Its name.
    sha256
        Its hash.
    folders
        Addresses of folders that hold it, tried in turn.
    """

    name: str
    sha256: str
    folders: tuple[str, ...]


_MNIST_FOLDERS = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)

# The hashes are those of TensorFlow Datasets (url_checksums/mnist.txt, cifar10.txt).
MNIST = tuple(
    RemoteFile(f"{name}.gz", sha256, _MNIST_FOLDERS)
    for name, sha256 in (
        (
            "train-images-idx3-ubyte",
            "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609",
        ),
        (
            "train-labels-idx1-ubyte",
            "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c",
        ),
        (
            "t10k-images-idx3-ubyte",
            "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6",
        ),
        (
            "t10k-labels-idx1-ubyte",
            "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6",
        ),
    )
)
CIFAR10 = RemoteFile(
    ARCHIVE,
    "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd",
    ("https://www.cs.toronto.edu/~kriz/",),
)


def cache_folder() -> Path:
    """Return the folder that keeps downloads."""
    import pooch

    return Path(os.environ.get(CACHE_VARIABLE) or pooch.os_cache("v1bridge"))


def fetch(file: RemoteFile, folder: Path, progress: Progress | None = None) -> Path:
    """Return the path of a published file, downloaded unless it is there already.

    A file whose hash is wrong is downloaded again.

    Parameters
    ----------
    file
        The file.
    folder
        Where it is kept.
    progress
        Receives the progress, in bytes.

    Raises
    ------
    InputError
        If no address delivers the file with the right hash.
    """
    import pooch
    from requests.exceptions import RequestException

    problem = ""
    for address in file.folders:
        bar = _Bar(progress or SilentProgress(), f"download {file.name}")
        downloader = pooch.HTTPDownloader(
            progressbar=bar, chunk_size=2**16, timeout=TIMEOUT_S
        )
        try:
            with _quiet(pooch.get_logger()):
                path = pooch.retrieve(
                    address + file.name,
                    known_hash=f"sha256:{file.sha256}",
                    fname=file.name,
                    path=folder,
                    downloader=downloader,
                )
            return Path(path)
        except RequestException as error:
            problem = f"{address} cannot be reached ({type(error).__name__})"
        except ValueError:  # pooch: the hash differs
            problem = f"what {address} delivers has another sha256"
        except OSError as error:
            problem = f"{folder} cannot be written ({type(error).__name__})"
            break
        finally:
            bar.close()
    raise InputError(
        f"{file.name}: {problem}; name a folder or .npz file that holds the images, or "
        "use those that need no network (digits, photographs)"
    )


class _Bar:
    """Hands what pooch reports to a Progress.

    pooch sets ``total`` when the server has answered, counts whole chunks, and at
    the end resets the bar and fills it again.
    """

    def __init__(self, progress: Progress, name: str) -> None:
        self._progress, self._name = progress, name
        self._is_open, self._left = False, 0

    @property
    def total(self) -> int:
        return self._left

    @total.setter
    def total(self, n_bytes: int) -> None:
        self._is_open, self._left = True, n_bytes
        self._progress.start(self._name, n_bytes)

    def update(self, n_bytes: int) -> None:
        n_bytes = min(n_bytes, self._left)
        self._left -= n_bytes
        self._progress.advance(self._name, n_bytes)

    def reset(self) -> None:
        """Do nothing: a task only moves forward."""

    def close(self) -> None:
        if self._is_open:
            self._is_open = False
            self._progress.finish(self._name)


@contextmanager
def _quiet(logger: logging.Logger) -> Iterator[None]:
    """Keep pooch from writing to the terminal."""
    level = logger.level
    logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        logger.setLevel(level)
