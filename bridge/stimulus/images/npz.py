"""Images in one NumPy ``.npz`` file."""

from pathlib import Path

import numpy as np

from bridge.arrays import AnyArray
from bridge.errors import InputError
from bridge.files.npz_file import open_npz
from bridge.stimulus.images.image_set import MOST_BYTES, ImageSet

_NEEDED = ("images", "labels")
_KNOWN = (*_NEEDED, "class_names", "is_test")


def read_npz(path: Path, white: float | None = None) -> ImageSet:
    """Read images from an ``.npz`` file.

    Parameters
    ----------
    path
        Holds ``images`` (uint8, ``(n, height, width)`` or with a last axis of 3
        colours), ``labels`` (whole numbers, ``(n,)``), and if wanted
        ``class_names`` (texts) and ``is_test`` (booleans, ``(n,)``: the images to
        keep for the test). Objects (pickles) are refused.
    white
        Value that is white, see :class:`~bridge.stimulus.images.image_set.ImageSet`.

    Raises
    ------
    InputError
        If the file is missing, damaged, or holds something else.
    """
    with open_npz(path, "file of images", most_bytes=MOST_BYTES) as stored:
        held = ", ".join(stored.names)
        for name in _NEEDED:
            if name not in stored.names:
                raise InputError(f"{path}: has no array {name!r} (it has {held})")
        unknown = [name for name in stored.names if name not in _KNOWN]
        if unknown:
            raise InputError(
                f"{path}: holds {unknown[0]!r}, which is not used; take it out (images "
                f"are read from {', '.join(_KNOWN)})"
            )
        arrays = {name: stored.read(name) for name in stored.names}
    is_test = arrays.get("is_test")
    if is_test is not None and is_test.dtype != np.bool_:
        raise InputError(f"{path}: is_test is {is_test.dtype}, not true or false")
    return ImageSet(
        str(path),
        arrays["images"],
        arrays["labels"],
        _texts(arrays.get("class_names"), path),
        is_test,
        white,
    )


def _texts(names: AnyArray | None, path: Path) -> tuple[str, ...]:
    if names is None:
        return ()
    if names.dtype.kind == "S":
        names = np.char.decode(names, "utf-8", "replace")
    if names.ndim != 1 or names.size == 0 or names.dtype.kind not in "Uiu":
        raise InputError(f"{path}: class_names is not a list of texts")
    return tuple(map(str, names))
