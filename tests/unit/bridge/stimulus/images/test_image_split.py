"""Splits of images, and the images that need no network."""

import numpy as np
import pytest

from bridge.errors import InputError
from bridge.stimulus.images.image_set import ImageSet
from bridge.stimulus.images.load import load_images
from bridge.stimulus.images.split import (
    ImageSplit,
    describe_split,
    require_every_class,
    split_images,
)


def numbered(n: int, is_test: np.ndarray | None = None) -> ImageSet:
    images = np.full((n, 4, 4), 255, dtype=np.uint8)
    images[0] = 0
    return ImageSet("numbered", images, np.arange(n) % 2, is_test=is_test)


def split(images: ImageSet, seed: int = 0, validation: float = 0.1, test: float = 0.2):
    return split_images(
        images, seed=seed, validation_fraction=validation, test_fraction=test
    )


def test_every_image_is_in_one_part() -> None:
    parts = split(numbered(101))
    assert (parts.train.size, parts.validation.size, parts.test.size) == (71, 10, 20)
    everything = np.concatenate([parts.train, parts.validation, parts.test])
    assert sorted(everything) == list(range(101))


def test_the_seed_decides() -> None:
    first, again, other = (split(numbered(200), seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.test, again.test)
    assert set(first.test) != set(other.test)
    assert set(first.validation) != set(other.validation)


def test_a_published_test_set_stays_the_test_set() -> None:
    is_test = np.arange(60) % 6 == 0
    parts = split(numbered(60, is_test), test=0.5)
    np.testing.assert_array_equal(parts.test, np.flatnonzero(is_test))
    assert parts.validation.size == 6
    assert not is_test[parts.validation].any()
    assert not is_test[parts.train].any()


def test_a_part_without_images_is_refused() -> None:
    with pytest.raises(
        InputError, match="1 of its 20 images are left for test"
    ) as caught:
        split(numbered(20), test=0.05)
    assert "\n" not in str(caught.value)


def test_the_shipped_digits() -> None:
    images = load_images("digits")
    assert images.images.shape == (1797, 8, 8)
    assert images.n_classes == 10
    assert (images.images.min(), images.images.max()) == (0, 255)


def test_patches_of_photographs_share_no_pixel() -> None:
    from sklearn.datasets import load_sample_images

    images = load_images("photographs")
    assert images.images.shape == (520, 32, 32)
    # Put back beside each other the patches give the photograph, each pixel once.
    photograph = load_sample_images().images[0][:416, :640]
    rows = [np.hstack(images.images[20 * k : 20 * k + 20]) for k in range(13)]
    expected = photograph @ np.array([0.299, 0.587, 0.114])
    np.testing.assert_allclose(np.vstack(rows), expected, atol=0.501)


def of_labels(labels: np.ndarray) -> ImageSet:
    images = np.full((labels.size, 4, 4), 255, dtype=np.uint8)
    images[0] = 0
    return ImageSet("labelled", images, labels)


def test_a_class_that_cannot_be_in_every_part_is_refused_by_name() -> None:
    labels = np.r_[np.arange(40) % 3, [3, 3]]
    images = of_labels(labels)
    with pytest.raises(InputError, match="class 3 has 2 images; train, validation and"):
        require_every_class(images, split(images))
    images = of_labels(np.r_[labels, 3])
    parts = split(images)
    require_every_class(images, parts)
    kept = np.setdiff1d(parts.train, np.flatnonzero(images.labels == 3))
    none_trains = ImageSplit(kept, parts.validation, parts.test)
    with pytest.raises(InputError, match="no image of class 3 is left for training"):
        require_every_class(images, none_trains)


def test_one_line_says_what_is_in_the_parts() -> None:
    images = of_labels(np.arange(60) % 3)
    order = np.argsort(images.labels, kind="stable")
    parts = ImageSplit(order[:55], order[55:57], order[57:])
    assert describe_split(images, parts) == (
        "55 train, 2 validation (none of class 0, 1), 3 test (none of class 0, 1)"
    )
