"""A set of labelled grey images."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from bridge.arrays import BoolArray, IntArray
from bridge.errors import InputError
from bridge.stimulus.images.classes import class_names
from bridge.stimulus.images.grey_levels import WHITE, grey_levels, luminance

MIN_SIDE_PX, MAX_SIDE_PX = 4, 1024
"""Sides of an image; the largest are twice as fine as the largest screen."""

MOST_BYTES = 4 * 2**30
"""Most that a file of images may declare: a million of 64 x 64 pixels in bytes, twenty
times CIFAR-10 in colour."""


@dataclass(frozen=True)
class ImageSet:
    """Labelled grey images, checked once when made.

    Attributes
    ----------
    name
        What it is, for messages and records (``"mnist"``, or a path).
    images
        Luminance 0 (black) to 255 (white), ``(n, height, width)``, uint8. Given in
        other units, see ``white``; colour images, ``(n, height, width, 3)``, are
        turned into luminance.
    labels
        Class of each image, ``(n,)``, 0 to ``n_classes - 1``.
    class_names
        Name of each class; numbers where the source has no names.
    is_test
        Whether an image belongs to the published test set, ``(n,)``; ``None``
        where the source does not say.
    white
        Value of the images given that is white, see
        :func:`~bridge.stimulus.images.grey_levels.grey_levels`.
    summary
        One line: how many images of which size, their values, their classes.

    Raises
    ------
    InputError
        If a shape or type is wrong, values are in other units than said, or a label
        is out of range or a class empty.
    """

    name: str
    images: NDArray[np.uint8]
    labels: IntArray
    class_names: tuple[str, ...] = ()
    is_test: BoolArray | None = None
    white: float | None = None
    summary: str = field(init=False)

    def __post_init__(self) -> None:
        given, labels = np.asarray(self.images), np.asarray(self.labels)
        is_colour = given.ndim == 4 and given.shape[3] == 3
        sides = given.shape[1:3]
        has_sides = given.ndim == 3 or is_colour
        if not has_sides or min(sides) < MIN_SIDE_PX or max(sides) > MAX_SIDE_PX:
            raise InputError(
                f"{self.name}: images have shape {given.shape}, not "
                "(n, height, width) or (n, height, width, 3) with sides of "
                f"{MIN_SIDE_PX} to {MAX_SIDE_PX} pixels"
            )
        images = grey_levels(given, self.name, self.white)
        names = class_names(labels, len(images), self.class_names, self.name)
        labels = labels.astype(np.int64)
        if self.is_test is not None and np.shape(self.is_test) != labels.shape:
            raise InputError(f"{self.name}: is_test does not fit the labels")
        images = luminance(images) if is_colour else images
        for name, array in (("images", images), ("labels", labels)):
            array = array.copy() if array is getattr(self, name) else array
            array.setflags(write=False)
            object.__setattr__(self, name, array)
        object.__setattr__(self, "class_names", names)
        kind = "colour shown as luminance" if is_colour else "grey"
        white = WHITE if self.white is None else self.white
        fewest, most = np.bincount(labels).min(), np.bincount(labels).max()
        sizes = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
        object.__setattr__(
            self,
            "summary",
            f"{self.name}: {len(labels):,} images of {sides[1]} x {sides[0]} pixels, "
            f"{kind}, values {given.min():g} to {given.max():g} of {white:g} for "
            f"white, {len(names)} classes of {sizes}",
        )

    @property
    def n_images(self) -> int:
        """Number of images."""
        return int(self.labels.size)

    @property
    def n_classes(self) -> int:
        """Number of classes."""
        return len(self.class_names)
