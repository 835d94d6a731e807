"""A set of labelled grey images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray, IntArray
from bridge.errors import InputError

LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in the luminance (ITU-R BT.601, section 2.5.1)."""

MIN_SIDE_PX, MIN_CLASSES = 4, 2


@dataclass(frozen=True)
class ImageSet:
    """Labelled grey images, checked once when made.

    Attributes
    ----------
    name
        What it is, for messages and records (``"mnist"``, or a path).
    images
        Luminance 0 (black) to 255 (white), ``(n, height, width)``, uint8. Colour
        images, ``(n, height, width, 3)``, are turned into luminance.
    labels
        Class of each image, ``(n,)``, 0 to ``n_classes - 1``.
    class_names
        Name of each class; numbers where the source has no names.
    is_test
        Whether an image belongs to the published test set, ``(n,)``; ``None``
        where the source does not say.

    Raises
    ------
    InputError
        If a shape or type is wrong or a label is out of range.
    """

    name: str
    images: NDArray[np.uint8]
    labels: IntArray
    class_names: tuple[str, ...] = ()
    is_test: BoolArray | None = None

    def __post_init__(self) -> None:
        images, labels = np.asarray(self.images), np.asarray(self.labels)
        if images.dtype != np.uint8:
            raise InputError(
                f"{self.name}: images are {images.dtype}, not uint8 from 0 to 255"
            )
        if images.ndim == 4 and images.shape[3] == 3:
            images = luminance(images)
        if images.ndim != 3 or min(images.shape[1:], default=0) < MIN_SIDE_PX:
            raise InputError(
                f"{self.name}: images have shape {np.shape(self.images)}, not "
                "(n, height, width) or (n, height, width, 3) with sides of at least "
                f"{MIN_SIDE_PX} pixels"
            )
        if labels.dtype.kind not in "ui" or labels.shape != images.shape[:1]:
            raise InputError(
                f"{self.name}: labels are {labels.dtype} {labels.shape}, not one whole "
                f"number for each of the {images.shape[0]} images"
            )
        labels = labels.astype(np.int64)
        self._set_classes(labels)
        if self.is_test is not None and np.shape(self.is_test) != labels.shape:
            raise InputError(f"{self.name}: is_test does not fit the labels")
        for name, array in (("images", images), ("labels", labels)):
            array = array.copy() if array is getattr(self, name) else array
            array.setflags(write=False)
            object.__setattr__(self, name, array)

    def _set_classes(self, labels: IntArray) -> None:
        if labels.size == 0:
            raise InputError(f"{self.name}: there are no images")
        names = self.class_names or tuple(map(str, range(int(labels.max()) + 1)))
        if labels.min() < 0 or labels.max() >= len(names):
            raise InputError(
                f"{self.name}: labels run from {labels.min()} to {labels.max()}, "
                f"outside its {len(names)} classes"
            )
        if len(names) < MIN_CLASSES:
            raise InputError(f"{self.name}: has one class only")
        object.__setattr__(self, "class_names", names)

    @property
    def n_images(self) -> int:
        """Number of images."""
        return int(self.labels.size)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)


def luminance(images: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the luminance of colour images, ``(n, height, width)``, uint8."""
    grey = np.empty(images.shape[:3], dtype=np.uint8)
    weights = np.array(LUMINANCE, dtype=np.float32)
    for start in range(0, images.shape[0], 1000):  # 60,000 in float would be 700 MB
        block = images[start : start + 1000].astype(np.float32) @ weights
        grey[start : start + 1000] = np.rint(block)
    return grey
