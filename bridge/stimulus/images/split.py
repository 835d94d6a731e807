"""Which images train, which choose, and which are kept for the test."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bridge.errors import InputError
from bridge.stimulus.images.image_set import ImageSet

SPLITS = ("train", "validation", "test")
"""The three parts, in the order of their numbers."""


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
