"""Which images train, which choose, and which are kept for the test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.stimulus.images.image_set import ImageSet

SPLITS = ("train", "validation", "test")
"""The three parts, in the order of their numbers."""

_LISTED = 5
"""Classes that a line lists."""


@dataclass(frozen=True)
class ImageSplit:
    """Indices of the images of each part; no image is in two.

    Attributes
    ----------
    train, validation, test
        Sorted indices into the image set.
    """

    train: NDArray[np.intp]
    validation: NDArray[np.intp]
    test: NDArray[np.intp]

    def __getitem__(self, split: str) -> NDArray[np.intp]:
        part: NDArray[np.intp] = getattr(self, split)
        return part


def split_images(
    images: ImageSet,
    *,
    seed: int,
    validation_fraction: float,
    test_fraction: float,
) -> ImageSplit:
    """Split images at random, the same way for the same seed.

    Where the source publishes a test set (MNIST, CIFAR-10), that is the test part
    and ``test_fraction`` plays no part; the validation part comes out of the rest.

    Parameters
    ----------
    images
        The set.
    seed
        Seed of the split.
    validation_fraction, test_fraction
        Share of all images in the part, each above 0, together below 1.

    Raises
    ------
    InputError
        If a part would have fewer than two images.
    """
    order = np.random.default_rng(seed).permutation(images.n_images)
    if images.is_test is None:
        n_test = round(test_fraction * images.n_images)
        test, rest = order[:n_test], order[n_test:]
    else:
        test, rest = order[images.is_test[order]], order[~images.is_test[order]]
    n_validation = round(validation_fraction * images.n_images)
    validation, train = rest[:n_validation], rest[n_validation:]
    parts = ImageSplit(np.sort(train), np.sort(validation), np.sort(test))
    for name in SPLITS:
        if parts[name].size < 2:
            raise InputError(
                f"{images.name}: {parts[name].size} of its {images.n_images} images "
                f"are left for {name}; two are needed"
            )
    return parts


def require_every_class(images: ImageSet, split: ImageSplit) -> None:
    """Refuse images of which a class cannot be learned and tested.

    Parameters
    ----------
    images, split
        The set, and its parts.

    Raises
    ------
    InputError
        If a class has fewer images than there are parts, or none of them trains.
    """
    counts = np.bincount(images.labels, minlength=images.n_classes)
    if counts.min() < len(SPLITS):
        rare = int(counts.argmin())
        raise InputError(
            f"{images.name}: class {images.class_names[rare]} has {counts[rare]} "
            f"images; {', '.join(SPLITS[:-1])} and {SPLITS[-1]} need one each"
        )
    missing = _missing(images, split.train)
    if missing:
        raise InputError(
            f"{images.name}: no image of class {missing[0]} is left for training; add "
            "images of it, or give tasks.split another seed or smaller fractions"
        )


def describe_split(images: ImageSet, split: ImageSplit) -> str:
    """Return how many images each part has, and which classes are not in it."""
    said = []
    for part in SPLITS:
        missing = _missing(images, split[part])
        listed = ", ".join(missing[:_LISTED]) + (", ..." * (len(missing) > _LISTED))
        without = f" (none of class {listed})" if missing else ""
        said.append(f"{split[part].size:,} {part}{without}")
    return ", ".join(said)


def _missing(images: ImageSet, part: NDArray[np.intp]) -> list[str]:
    """Return the names of the classes that have no image in a part."""
    counts = np.bincount(images.labels[part], minlength=images.n_classes)
    return [images.class_names[k] for k in np.flatnonzero(counts == 0)]
