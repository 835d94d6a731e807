"""Images in one NumPy ``.npz`` file."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np

from bridge.arrays import AnyArray
from bridge.errors import InputError
from bridge.stimulus.images.image_set import ImageSet

# zipfile says RuntimeError for flags and methods that it does not know; sizes in a
# damaged header may be huge.
_DAMAGED = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,
    MemoryError,
    OverflowError,
)


def read_npz(path: Path) -> ImageSet:
    """Read images from an ``.npz`` file.

    Parameters
    ----------
    path
        Holds ``images`` (uint8, ``(n, height, width)`` or with a last axis of 3
        colours), ``labels`` (whole numbers, ``(n,)``), and if wanted
        ``class_names`` (texts) and ``is_test`` (booleans, ``(n,)``: the images to
        keep for the test). Objects (pickles) are refused.

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds something else.
    """
    try:
        with path.open("rb") as file:
            arrays = _arrays(np.load(file, allow_pickle=False), path)
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except ValueError as error:
        raise InputError(f"{path}: is not a plain .npz file ({error})") from None
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from None
    except _DAMAGED as error:
        raise InputError(f"{path}: is damaged or cut short ({error})") from None
    is_test = arrays.get("is_test")
    if is_test is not None and is_test.dtype != np.bool_:
        raise InputError(f"{path}: is_test is {is_test.dtype}, not true or false")
    names = arrays.get("class_names", np.array([]))
    if names.ndim != 1:
        raise InputError(f"{path}: class_names is not a list of texts")
    return ImageSet(
        str(path),
        arrays["images"],
        arrays["labels"],
        tuple(map(str, names)),
        is_test,
    )


def _arrays(file: Any, path: Path) -> dict[str, AnyArray]:
    if not isinstance(file, np.lib.npyio.NpzFile):
        raise InputError(f"{path}: is not an .npz file")
    missing = [key for key in ("images", "labels") if key not in file]
    if missing:
        raise InputError(f"{path}: has no array {missing[0]!r} (it has {file.files})")
    known = ("images", "labels", "class_names", "is_test")
    return {key: file[key] for key in file.files if key in known}
