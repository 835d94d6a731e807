"""The classes of labelled images: numbered from 0, none of them empty."""

import numpy as np

from bridge.arrays import AnyArray
from bridge.errors import InputError

MIN_CLASSES = 2
_LISTED = 3
"""Classes without images that a message lists."""


def class_names(
    labels: AnyArray, n_images: int, given: tuple[str, ...], name: str
) -> tuple[str, ...]:
    """Return the names of the classes that labels number.

    Parameters
    ----------
    labels
        Class of each image, ``(n_images,)``, whole numbers.
    n_images
        Number of images.
    given
        Names of the classes; none for numbers.
    name
        What the images are called, for messages.

    Raises
    ------
    InputError
        If labels are no whole numbers, one for each image, do not run from 0 to the
        number of classes, or a class has no image: a network cannot learn it, and a
        pool of its cells would answer for nothing.
    """
    if labels.dtype.kind not in "ui" or labels.shape != (n_images,):
        hint = "; of one-hot labels give the argmax" if labels.ndim == 2 else ""
        raise InputError(
            f"{name}: labels are {labels.dtype} {labels.shape}, not one whole "
            f"number for each of the {n_images} images{hint}"
        )
    low, high = int(labels.min()), int(labels.max())
    n_classes = len(given) or high + 1
    if low < 0 or high >= n_classes:
        among = f"outside its {len(given)} classes" if given else "not from 0"
        raise InputError(f"{name}: labels run from {low} to {high}, {among}")
    if len(set(given)) < len(given):
        raise InputError(f"{name}: two classes have the same name")
    if n_classes < MIN_CLASSES:
        raise InputError(f"{name}: has one class only")
    used = np.unique(labels)
    if used.size < n_classes:
        # A label may be 10^9: the first that are not used lie before this many.
        first = np.setdiff1d(np.arange(min(n_classes, used.size + _LISTED)), used)
        listed = ", ".join(given[k] if given else str(k) for k in first[:_LISTED])
        rest = n_classes - used.size - min(first.size, _LISTED)
        more = f" and {rest} others" if rest else ""
        raise InputError(
            f"{name}: labels run from {low} to {high}, and no image is of class "
            f"{listed}{more}; number the classes that there are from 0 without gaps "
            "(numpy.unique(labels, return_inverse=True)[1])"
        )
    return given or tuple(map(str, range(n_classes)))
